import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { ownStatements } from './own-statements.js';
import { actionOf, fieldsOf } from './web-contexts.js';
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

export function learnChanges(table: SmoothedCounts, event: WebRequest): void {
  table.add(`actions|${event.view}`, actionOf(event));
  if (isUnsafe(event.method)) return;
  const writes = writesOf(event);
  for (const template of writes) table.add(`writers|${event.view}|${template}`, actionOf(event));
  for (const template of writes.length > 0 ? writes : [READ])
    table.add(learnedContext(event, fieldsOf(event)), template);
}

export function changes(table: SmoothedCounts, event: WebRequest): boolean {
  if (isUnsafe(event.method)) return true;
  if (writesOf(event).some((template) => !isHousekeeping(table, event, template))) return true;
  const fields = fieldsOf(event);
  if (fields === '') return false;
  const learned = table.in(learnedContext(event, fields));
  if (learned.total < LEAST_LEARNED) return false;
  const changing = learned.values.reduce(
    (n, [template, count]) => n + (template === READ || isHousekeeping(table, event, template) ? 0 : count),
    0,
  );
  return changing / learned.total >= 0.5;
}

function learnedContext(event: WebRequest, fields: string): string {
  return `writes|${event.view}|${actionOf(event)}|${fields}`;
}

function writesOf(event: WebRequest): string[] {
  const written = ownStatements(event).filter(({ writes }) => writes);
  if (written.length === 0) return [];
  return [...new Set(written.map(({ outline }) => outline))];
}

function isHousekeeping(table: SmoothedCounts, { view }: WebRequest, template: string): boolean {
  const writers = table.distinct(`writers|${view}|${template}`);
  return writers >= LEAST_ACTIONS && writers >= HOUSEKEEPING_SHARE * table.distinct(`actions|${view}`);
}
