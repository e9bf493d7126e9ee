import { parsedWithin, record, type JsonRecord } from './json-value.js';

/** Members of Azure Monitor's table `AKSAudit`, and of an audit event. */
const MEMBERS: readonly (readonly [aks: string, event: string])[] = [
  ['AuditId', 'auditID'],
  ['Stage', 'stage'],
  ['Level', 'level'],
  ['Verb', 'verb'],
  ['RequestUri', 'requestURI'],
  ['User', 'user'],
  ['ImpersonatedUser', 'impersonatedUser'],
  ['SourceIps', 'sourceIPs'],
  ['UserAgent', 'userAgent'],
  ['ObjectRef', 'objectRef'],
  ['ResponseStatus', 'responseStatus'],
  ['RequestObject', 'requestObject'],
  ['ResponseObject', 'responseObject'],
  ['RequestReceivedTime', 'requestReceivedTimestamp'],
  ['StageReceivedTime', 'stageTimestamp'],
  ['Annotations', 'annotations'],
];
/** Of these an export may hold the JSON as text. */
const OBJECTS: ReadonlySet<string> = new Set(
  'User ImpersonatedUser SourceIps ObjectRef ResponseStatus RequestObject ResponseObject Annotations'.split(' '),
);

/** A row of the table `AKSAudit` (or `AKSAuditAdmin`) in the form of the API server; undefined where `raw` is none. */
export function aksAuditEvent(raw: JsonRecord): JsonRecord | undefined {
  if (typeof raw['AuditId'] !== 'string' || typeof raw['Stage'] !== 'string') return undefined;
  const event: Record<string, unknown> = {};
  for (const [aks, name] of MEMBERS) {
    const value = raw[aks];
    if (value === undefined || value === null || value === '') continue;
    event[name] = OBJECTS.has(aks) && typeof value === 'string' ? parsedWithin(value) : value;
  }
  return record(event);
}
