export type { SourceContext, SourceCounts, SourceParser } from './source.js';
export { AccessLogParser } from './access-log/access-log-parser.js';
export { ExchangeEvents } from './events/exchange-events.js';
export { toSqlStatement } from './events/sql/sql-statement-event.js';
export { splitTarget, toWebRequest, type SentStatement, type WebMemory } from './events/web/web-request-event.js';
export { requestParameters, type RequestReading } from './events/web/request-parameters.js';
export { K8sAuditParser } from './k8s/k8s-audit-parser.js';
export { K8sAuditWebhook, MAX_WEBHOOK_BYTES } from './k8s/k8s-audit-webhook.js';
export { likelyKind } from './kind-hint.js';
export { openParser, readerOf, SOURCE_KINDS, type SourceKindReader } from './kinds.js';
export { mergeByTime, type Merged } from './merge-by-time.js';
export { gunzip } from './input/gunzip.js';
export { listParts } from './input/list-parts.js';
export { openSource, type OpenSourceOptions, type SourceSpec } from './open-source.js';
export {
  formHint,
  REFUSED_AT_MOST,
  refusalError,
  reportLines,
  reportNotes,
  type SourceReport,
} from './source-report.js';
export type { Refusal } from './refusals.js';
export { runSource } from './run-source.js';
export { attachStrace, type AttachOptions, type AttachTarget, type LiveTrace } from './strace/attach.js';
export type { WireExchange } from './wire/connection.js';
export { containerOf, sameContainer, type ContainerIdentity } from './strace/cgroup.js';
export { CARRYING_CALLS, type StraceSettings } from './strace/strace-arguments.js';
export { StraceParser, type StraceCounts, type StraceOptions } from './strace/strace-parser.js';
export { WireObserver, type WireOptions } from './wire/wire-observer.js';
export { traceLive } from './trace-live.js';
