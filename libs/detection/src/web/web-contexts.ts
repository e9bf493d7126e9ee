import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import { JoinedNames } from './joined-names.js';

/**
 * Names of the contexts that a web profile counts in. Requests of an access log and rebuilt ones are counted apart: one
 * lacks what the other has, and absence would pass for the habit of the clients.
 */
export function endpointOf(event: WebRequest): string {
  return namesOf(event).endpoint;
}

/**
 * The endpoint with the action that its parameters choose, where they do: what is learned by action stands beside what is
 * learned by endpoint, which answers for actions that were seen too little.
 */
export function actionOf(event: WebRequest): string {
  return namesOf(event).action;
}

interface RequestNames {
  readonly event: WebRequest;
  readonly path: string;
  readonly endpoint: string;
  readonly action: string;
  /** What contexts of path, endpoint and action are called, behind their kind. */
  readonly ofPath: string;
  readonly ofEndpoint: string;
  readonly ofAction: string;
}

const spaced = new JoinedNames(' ');
const barred = new JoinedNames('|');

/** Every piece of evidence asks for the same names: those of the last request are kept. */
let lastNames: RequestNames | undefined;

function namesOf(event: WebRequest): RequestNames {
  if (lastNames?.event === event) return lastNames;
  const { view, method, route } = event;
  const path = pathWithoutSlash(event.path);
  const endpoint = spaced.join(method, path);
  const ofEndpoint = barred.join(view, endpoint);
  const action = route === undefined ? endpoint : spaced.join(endpoint, route);
  const ofAction = route === undefined ? ofEndpoint : barred.join(view, action);
  return (lastNames = { event, path, endpoint, action, ofPath: barred.join(view, path), ofEndpoint, ofAction });
}

/** Fewest observations with which an action answers for itself. */
const LEAST_OF_ACTION = 5;

/** Counts a value for the request's action, and for its endpoint. */
export function addByAction(table: SmoothedCounts, kind: string, event: WebRequest, value: string): void {
  table.add(`${kind}|${event.view}|${endpointOf(event)}`, value);
  if (event.route !== undefined) table.add(`${kind}|${event.view}|${actionOf(event)}`, value);
}

/** What answers for the request: what was seen of its action, or of its endpoint where the action was seen too little. */
export function countsOf(table: SmoothedCounts, kind: string, event: WebRequest): Learned {
  const { ofAction, ofEndpoint } = namesOf(event);
  const own = table.at(kind, ofAction);
  if (own.total >= LEAST_OF_ACTION || event.route === undefined) return own;
  return table.at(kind, ofEndpoint);
}

/** What was seen of the request's endpoint, whatever action its parameters chose. */
export function endpointCounts(table: SmoothedCounts, kind: string, event: WebRequest): Learned {
  return table.at(kind, namesOf(event).ofEndpoint);
}

/** What was seen of the request's path, whatever its method. */
export function pathCounts(table: SmoothedCounts, kind: string, event: WebRequest): Learned {
  return table.at(kind, namesOf(event).ofPath);
}

/** The same by the habit of its clients. */
export function endpointCountsByHabit(table: SmoothedCounts, kind: string, event: WebRequest, habit: string): Learned {
  return table.at(kind, barred.join(namesOf(event).ofEndpoint, habit));
}

/** What was seen in requests of this view of `what`, as its parts are named. */
export function viewCounts(table: SmoothedCounts, kind: string, { view }: WebRequest, ...what: string[]): Learned {
  let rest: string = view;
  for (const part of what) rest = barred.join(rest, part);
  return table.at(kind, rest);
}

/** Names of the fields of query and body, in their order: two requests with the same ones ask for the same. */
export function fieldsOf({ parameters }: WebRequest): string {
  const names = new Set<string>();
  for (const { where, name } of parameters) if (where === 'query' || where === 'body') names.add(name);
  return names.size < 2 ? [...names].join() : [...names].sort().join(',');
}

/** The path without a trailing slash, which servers treat alike. */
export function pathOf(event: WebRequest): string {
  return namesOf(event).path;
}

export function pathWithoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Names of the contexts of a parameter at one endpoint, at any, and of all parameters. */
export interface ParameterContexts {
  readonly own: string;
  readonly named: string;
  readonly any: string;
}

/** Of the last parameter, as the names of its request are. */
let last: { event: WebRequest; parameter: WebParameter; contexts: ParameterContexts } | undefined;

export function parameterContexts(event: WebRequest, parameter: WebParameter): ParameterContexts {
  if (last?.parameter === parameter && last.event === event) return last.contexts;
  const { view } = event;
  const { where, name } = parameter;
  // A header says the same on every page.
  const ofAnyPage = where === 'header' || where === 'name';
  const any = barred.join(view, '*');
  const ofWhere = barred.join(any, where);
  const named = ofAnyPage ? ofWhere : barred.join(ofWhere, name);
  const own = barred.join(ofAnyPage ? ofWhere : barred.join(namesOf(event).ofPath, where), name);
  const contexts = { own, named, any: ofAnyPage ? named : any };
  last = { event, parameter, contexts };
  return contexts;
}

export function describe({ where, name }: WebParameter): string {
  if (where === 'name') return 'the name of a parameter';
  return where === 'header' ? `the header ${JSON.stringify(name)}` : `the ${where} parameter ${JSON.stringify(name)}`;
}

/** Lengths by factors of one and a half. */
export function lengthStep(length: number): number {
  return Math.floor(Math.log(length + 1) / Math.log(1.5));
}

/** Time between two requests by factors of two and a half, milliseconds. */
export function gapStep(gapUs: number): number {
  return Math.max(Math.floor(Math.log(Math.max(gapUs, 1_000) / 1_000) / Math.log(2.5)), 0);
}
