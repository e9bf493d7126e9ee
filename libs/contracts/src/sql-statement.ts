import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';

/** One SQL statement with what the server answered, rebuilt from the calls' buffers or read from the database's log. */
export const SqlStatement = LogEventBase.extend({
  type: z.literal('sql-statement'),
  /** Normalised structure of the statement, literals removed. */
  fingerprint: z.string().max(2048),
});
export type SqlStatement = z.infer<typeof SqlStatement>;
