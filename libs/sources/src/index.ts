export type { SourceContext, SourceCounts, SourceParser } from './source.js';
export { K8sAuditParser } from './k8s/k8s-audit-parser.js';
export { K8sAuditWebhook, MAX_WEBHOOK_BYTES } from './k8s/k8s-audit-webhook.js';
