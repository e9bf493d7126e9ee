export type { SourceContext, SourceCounts, SourceParser } from './source.js';
export { K8sAuditParser } from './k8s/k8s-audit-parser.js';
export { K8sAuditWebhook, MAX_WEBHOOK_BYTES } from './k8s/k8s-audit-webhook.js';
export { likelyKind } from './kind-hint.js';
export { openParser, readerOf, SOURCE_KINDS, type SourceKindReader } from './kinds.js';
export { mergeByTime, type Merged } from './merge-by-time.js';
export { openSource, type OpenSourceOptions, type SourceSpec } from './open-source.js';
