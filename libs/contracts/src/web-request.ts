import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';

/** One HTTP request with its response, from an access log or rebuilt from the calls' buffers. */
export const WebRequest = LogEventBase.extend({
  type: z.literal('web-request'),
  method: z.string().max(32),
  /** Path as the server sees it, decoded once. */
  path: z.string().max(2048),
  status: z.number().int(),
});
export type WebRequest = z.infer<typeof WebRequest>;
