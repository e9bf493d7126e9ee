import { z } from 'zod';

import { Where } from './where.js';

/**
 * What every event on the topic `logs` carries. Each kind of event extends it in a file of its own:
 * `web-request.ts`, `sql-statement.ts`, `k8s-audit.ts`.
 */
export const LogEventBase = Where.extend({
  schema: z.literal(1),
  /** The event's own identity, by which a reader finds it again: an auditID with its stage, a file and line, a connection and ordinal. */
  id: z.string().min(1).max(512),
  timeUs: z.number().nonnegative(),
  /** The run of the collector, or the recording, that the event came from. */
  stream: z.string().min(1).max(512),
  /** What the event is scored with (the user for audit, application and session for web requests, container and connection for statements); the record's key. */
  key: z.string().min(1).max(512),
});
