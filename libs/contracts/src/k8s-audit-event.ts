import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';

/** One event of the Kubernetes API server's audit log (audit.k8s.io/v1), normalised, secrets removed. */
export const K8sAuditEvent = LogEventBase.extend({
  type: z.literal('k8s-audit'),
  auditId: z.string().max(128),
  stage: z.string().max(64),
  verb: z.string().max(64),
});
export type K8sAuditEvent = z.infer<typeof K8sAuditEvent>;
