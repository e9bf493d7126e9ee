import type { IssuedStatement, WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import { comesFromElsewhere } from './foreign-site.js';
import { initiatorOf } from './initiator.js';
import { ownStatements } from './own-statements.js';
import { actionOf, endpointOf, fieldsOf, viewCounts } from './web-contexts.js';
import { isUnsafe } from './web-state.js';

/**
 * Which requests change data. Methods that are there to change something say so themselves; of the others the statements
 * do, their own or, by action and names of fields, those of learning. A write that most pages make (a session's last use,
 * a counter of visits, a cache) changes nothing that anybody would forge.
 */
const READ = 'none';
/** A template of statements that so large a part of the actions writes is the application's housekeeping. */
const HOUSEKEEPING_SHARE = 0.2;
const LEAST_ACTIONS = 3;
/** Fewest learned requests by which an action is known to change data. */
const LEAST_LEARNED = 2;
/** From this certainty on, a statement is the request's own whatever was learned. */
const SURELY_OWN = 0.9;
/** Asked so often in learning, and of that a write in so small a part: the action does not write it. */
const LEAST_ASKED = 5;
const SELDOM_WRITES = 0.1;

export function learnChanges(table: SmoothedCounts, event: WebRequest): void {
  table.add(`actions|${event.view}`, actionOf(event));
  const writes = writesOf(event);
  if (isUnsafe(event.method)) {
    for (const template of writes) table.add(`posted|${event.view}`, template);
    return;
  }
  const fields = fieldsOf(event);
  for (const template of writes) table.add(`writers|${event.view}|${template}`, actionOf(event));
  for (const asked of new Set([actionOf(event), endpointOf(event)])) {
    if (fields !== '') table.add(fieldSetsContext(event, asked), fields);
    for (const template of writes.length > 0 ? writes : [READ])
      table.add(learnedContext(event, asked, fields), template);
  }
}

export function changes(table: SmoothedCounts, event: WebRequest): boolean {
  if (isUnsafe(event.method)) return true;
  const written = writesOf(event, (statement) => isNeighbours(table, event, statement));
  if (written.some((template) => !isHousekeeping(table, event, template))) return true;
  // What chooses an action nowhere else may as well be a field that nothing reads: the endpoint answers.
  const known = viewCounts(table, 'actions', event).count(actionOf(event)) > 0;
  const learned = learnedOf(table, event, known ? actionOf(event) : endpointOf(event));
  if (learned === undefined) return false;
  const changing = learned.values.reduce(
    (n, [template, count]) => n + (template === READ || isHousekeeping(table, event, template) ? 0 : count),
    0,
  );
  return changing / learned.total >= 0.5;
}

/**
 * What was done in learning for the same fields; where they were never asked for together, for most of them: a field more
 * (a number against caches, a mark of a campaign) leaves an action what it is. A path that is asked for plainly may count
 * its readers, so that its writes say nothing; but nobody reads a page that another site shows as an image.
 */
function learnedOf(table: SmoothedCounts, event: WebRequest, asked: string): Learned | undefined {
  const fields = fieldsOf(event);
  const own = viewCounts(table, 'writes', event, asked, fields);
  if (fields !== '' && own.total >= LEAST_LEARNED) return own;
  const all = new Set(fields.split(','));
  const within = viewCounts(table, 'fields', event, asked)
    .values.map(([known]) => known)
    .filter((known) => known.split(',').every((field) => all.has(field)))
    .sort((a, b) => b.split(',').length - a.split(',').length || (a < b ? -1 : 1));
  if (comesFromElsewhere(event) && initiatorOf(event) === 'image') within.push('');
  return within
    .map((known) => viewCounts(table, 'writes', event, asked, known))
    .find(({ total }) => total >= LEAST_LEARNED);
}

function fieldSetsContext({ view }: WebRequest, asked: string): string {
  return `fields|${view}|${asked}`;
}

function learnedContext({ view }: WebRequest, asked: string, fields: string): string {
  return `writes|${view}|${asked}|${fields}`;
}

function writesOf(event: WebRequest, isAnothers: (statement: IssuedStatement) => boolean = () => false): string[] {
  const written = ownStatements(event).filter((statement) => statement.writes && !isAnothers(statement));
  if (written.length === 0) return [];
  return [...new Set(written.map(({ outline }) => outline))];
}

/**
 * Whether a write that may have been sent for another request as well is rather that one's: others sent such statements in
 * learning, and this action hardly ever.
 */
function isNeighbours(table: SmoothedCounts, event: WebRequest, { outline, certainty = 1 }: IssuedStatement): boolean {
  if (certainty >= SURELY_OWN) return false;
  const writers = viewCounts(table, 'writers', event, outline);
  const asked = viewCounts(table, 'actions', event).count(actionOf(event));
  const own = writers.count(actionOf(event));
  const others = writers.total > own || viewCounts(table, 'posted', event).count(outline) > 0;
  return asked >= LEAST_ASKED && others && own < SELDOM_WRITES * asked;
}

function isHousekeeping(table: SmoothedCounts, event: WebRequest, template: string): boolean {
  const writers = viewCounts(table, 'writers', event, template).distinct;
  return writers >= LEAST_ACTIONS && writers >= HOUSEKEEPING_SHARE * viewCounts(table, 'actions', event).distinct;
}
