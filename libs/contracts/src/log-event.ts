import { z } from 'zod';

import { Gap } from './gap.js';
import { K8sAuditEvent } from './k8s-audit-event.js';
import { LogEventBase } from './log-event-base.js';
import { ProcessActivity } from './process-activity.js';
import { SqlStatement } from './sql-statement.js';
import { WebRequest } from './web-request.js';

/** A loss that the collector announces on `logs`, in order with the data of one key. */
export const LogGap = LogEventBase.extend({
  type: z.literal('gap'),
  /** The kind of events that were lost. */
  of: z.enum(['web-request', 'sql-statement', 'k8s-audit', 'process-activity']),
  gap: Gap,
});
export type LogGap = z.infer<typeof LogGap>;

/** What the topic `logs` carries. */
export const LogEvent = z.discriminatedUnion('type', [
  WebRequest,
  SqlStatement,
  K8sAuditEvent,
  ProcessActivity,
  LogGap,
]);
export type LogEvent = z.infer<typeof LogEvent>;
