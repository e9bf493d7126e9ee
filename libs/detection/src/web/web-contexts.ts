import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';

/**
 * Names of the contexts that a web profile counts in. Requests of an access log and rebuilt ones are counted apart: one
 * lacks what the other has, and absence would pass for the habit of the clients.
 */
export function endpointOf(event: WebRequest): string {
  return `${event.method} ${pathOf(event)}`;
}

/**
 * The endpoint with the action that its parameters choose, where they do: what is learned by action stands beside what is
 * learned by endpoint, which answers for actions that were seen too little.
 */
export function actionOf(event: WebRequest): string {
  return event.route === undefined ? endpointOf(event) : `${endpointOf(event)} ${event.route}`;
}

/** Fewest observations with which an action answers for itself. */
const LEAST_OF_ACTION = 5;

/** Counts a value for the request's action, and for its endpoint. */
export function addByAction(table: SmoothedCounts, kind: string, event: WebRequest, value: string): void {
  table.add(`${kind}|${event.view}|${endpointOf(event)}`, value);
  if (event.route !== undefined) table.add(`${kind}|${event.view}|${actionOf(event)}`, value);
}

/** The context that answers for the request: its action's, or its endpoint's where the action was seen too little. */
export function contextOf(table: SmoothedCounts, kind: string, event: WebRequest): string {
  const own = `${kind}|${event.view}|${actionOf(event)}`;
  return table.total(own) >= LEAST_OF_ACTION ? own : `${kind}|${event.view}|${endpointOf(event)}`;
}

/** Names of the fields of query and body, in their order: two requests with the same ones ask for the same. */
export function fieldsOf({ parameters }: WebRequest): string {
  const names = parameters.flatMap(({ where, name }) => (where === 'query' || where === 'body' ? [name] : []));
  return [...new Set(names)].sort().join(',');
}

/** The path without a trailing slash, which servers treat alike. */
export function pathOf({ path }: WebRequest): string {
  return pathWithoutSlash(path);
}

export function pathWithoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

/** The context of a parameter at one endpoint, at any, and of all parameters. */
export function parameterContexts(
  event: WebRequest,
  { where, name }: WebParameter,
): { own: string; named: string; any: string } {
  const view = event.view;
  // A header says the same on every page.
  if (where === 'header' || where === 'name')
    return { own: `${view}|*|${where}|${name}`, named: `${view}|*|${where}`, any: `${view}|*|${where}` };
  return {
    own: `${view}|${pathOf(event)}|${where}|${name}`,
    named: `${view}|*|${where}|${name}`,
    any: `${view}|*`,
  };
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

export function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
