export {
  ACTIVITIES,
  type Activity,
  activityOf,
  Alert,
  type AlertEvidence,
  type AlertFacts,
  confidenceOf,
  type ConfidenceId,
  OCSF_VERSION,
  severityOf,
  type SeverityId,
  type StatusId,
  statusOf,
} from './alert.js';
export { type AskedRequest, strongestRequest } from './strongest-request.js';
export {
  ALERT_TYPES,
  AlertHeaders,
  alertHeaders,
  type AlertType,
  isWatchRecord,
  MAX_DECISION_NUMBER,
  messageRevision,
  readAlertHeaders,
  WATCH_TYPES,
} from './alert-headers.js';
export { asyncapiDocument } from './asyncapi.js';
export { type JsonSchema, publishedSchemas, type PublishedName } from './asyncapi-schemas.js';
export { ATTACK_VERSION, attacksOf, weaknessesOf } from './attack-techniques.js';
export {
  type CredentialTry,
  holdsPresented,
  holdsTried,
  MAX_EARLIER_TRIES,
  namesCode,
  triedAccount,
  triesCredential,
  TRIES_APART_US,
} from './credential-try.js';
export { DeadLetter } from './dead-letter.js';
export { PlimsollError, type ErrorCode } from './errors.js';
export {
  isoTime,
  nextTime,
  ORDINAL_STEP_US,
  parseIsoTime,
  SET_BACK_US,
  US_PER_MS,
  US_PER_SECOND,
  type TimeUs,
} from './event-time.js';
export { Progress, PROGRESS_HEADER, VerdictsRecord, Watermark, type Watching } from './progress.js';
export { Gap } from './gap.js';
export { identity } from './identity.js';
export { IncidentSnapshot, MAX_SNAPSHOT_DECISIONS, MAX_SNAPSHOT_EVIDENCE } from './incident-snapshot.js';
export { decodeJson, encodeJson, MAX_JSON_BYTES } from './json-codec.js';
export {
  K8sAuditEvent,
  K8sAuditLevel,
  K8sControl,
  K8sCredential,
  K8sGrant,
  K8sIdentityKind,
  K8sPodPowers,
  K8sScript,
} from './k8s-audit-event.js';
export { LogEvent, LogGap } from './log-event.js';
export { LogEventBase } from './log-event-base.js';
export { ActivityKind, CommandMark, FileClass, ProcessActivity } from './process-activity.js';
export { LearningCourse, MAX_COURSE_POINTS } from './learning-course.js';
export { ProfileChangeRecord } from './profile-change.js';
export { ProfileReport, ProfilesMessage } from './profile-report.js';
export { LearnedFrom, openProfile, ProfileFile, readProfile, sealProfile } from './profile.js';
export { LabelledAttack, Recording, SourceKind } from './recording.js';
export type { CallColumns, ItemContainer, SourceItem } from './source-item.js';
export { SqlMark, SqlStatement } from './sql-statement.js';
export { MAX_BATCH_CALLS, timeAfter, turnAt, withGaps, type SyscallBatch, type Turns } from './syscall-batch.js';
export { decodeSyscallBatch, eachDigest, encodeSyscallBatch, hasResults, mayHold, turnsOf } from './syscall-codec.js';
export { printable } from './printable.js';
export { callOfAbi, type SyscallAbi } from './syscall-abi.js';
export { CALL_NUMBERS, callName, callNames, callNumber, I386_OFFSET, UNKNOWN_CALL } from './syscall-table.js';
export { TOPIC_ACCESS, type TopicAccess } from './topic-access.js';
export { cleanupOf, TOPICS, type TopicDefinition, type TopicName } from './topics.js';
export {
  AttackPath,
  Coverage,
  Evidence,
  Joins,
  Level,
  P_VALUE_BINS,
  PValueCounts,
  ShadowCoverage,
  RequestFacts,
  TouchedObjects,
  Verdict,
  VerdictMessage,
  VerdictState,
} from './verdict.js';
export {
  ActKind,
  AskedUpload,
  IssuedStatement,
  NamedInScript,
  UnreadScript,
  OriginRelation,
  ScriptFragment,
  ShownValue,
  Unseen,
  UploadedFile,
  ValueAct,
  ValueForm,
  SessionBy,
  TriedCredential,
  WebClient,
  WebParameter,
  WebRequest,
} from './web-request.js';
export { Where } from './where.js';
export { watchActivityOf, WatchEvent, WatchSubject } from './watch-event.js';
