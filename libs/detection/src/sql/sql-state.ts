import { z } from 'zod';

import { Minute } from '../events/minute.js';
import { stateCodec } from '../events/event-state.js';

/** What one connection is remembered by: how many of its statements were learned ones, and the open minute. Under 1 KiB. */
export const SqlState = z.object({
  known: z.number().int().nonnegative(),
  unknown: z.number().int().nonnegative(),
  minute: Minute.optional(),
});
export type SqlState = z.infer<typeof SqlState>;

export function startSqlState(): SqlState {
  return { known: 0, unknown: 0, minute: undefined };
}

export const sqlStates = stateCodec(SqlState, 1, 'a database connection', startSqlState);

/** Counts a scored statement by whether it was a learned one. */
export function rememberStatement(state: SqlState, known: boolean): void {
  if (known) state.known += 1;
  else state.unknown += 1;
}
