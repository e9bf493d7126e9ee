import type { WebRequest } from '@plimsoll/contracts';

import type { ChanceTable } from '../chance/chance-table.js';
import { actionOf, fieldsOf } from './web-contexts.js';
import { isUnsafe } from './web-state.js';

/**
 * Which requests change data. Methods that are there to change something say so themselves; of the others the statements
 * do, their own or, by action and names of fields, those of learning. A write that most pages make (a session's last use,
 * a counter of visits, a cache) changes nothing that anybody would forge.
 */
const READ = 'none';
/** An outline that so large a part of the actions writes is the application's housekeeping. */
const HOUSEKEEPING_SHARE = 0.2;
const LEAST_ACTIONS = 3;
/** Fewest learned requests by which an action is known to change data. */
const LEAST_LEARNED = 2;
/** A statement less certain than this may be another request's. */
const CERTAIN = 0.5;

export function learnChanges(table: ChanceTable, event: WebRequest): void {
  table.add(`actions|${event.view}`, actionOf(event));
  if (isUnsafe(event.method)) return;
  const writes = writesOf(event);
  for (const outline of writes) table.add(`writers|${event.view}|${outline}`, actionOf(event));
  for (const outline of writes.length > 0 ? writes : [READ]) table.add(learnedContext(event), outline);
}

export function changes(table: ChanceTable, event: WebRequest): boolean {
  if (isUnsafe(event.method)) return true;
  if (writesOf(event).some((outline) => !isHousekeeping(table, event, outline))) return true;
  const context = learnedContext(event);
  const learned = table.total(context);
  if (learned < LEAST_LEARNED || fieldsOf(event) === '') return false;
  const changing = table
    .values(context)
    .reduce((n, [outline, count]) => n + (outline === READ || isHousekeeping(table, event, outline) ? 0 : count), 0);
  return changing / learned >= 0.5;
}

function learnedContext(event: WebRequest): string {
  return `writes|${event.view}|${actionOf(event)}|${fieldsOf(event)}`;
}

function writesOf({ statements }: WebRequest): string[] {
  const sure = statements.filter(({ writes, certainty = 1 }) => writes && certainty >= CERTAIN);
  return [...new Set(sure.map(({ outline }) => outline))];
}

function isHousekeeping(table: ChanceTable, { view }: WebRequest, outline: string): boolean {
  const writers = table.distinct(`writers|${view}|${outline}`);
  return writers >= LEAST_ACTIONS && writers >= HOUSEKEEPING_SHARE * table.distinct(`actions|${view}`);
}
