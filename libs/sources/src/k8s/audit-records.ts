import { cloudAuditEvent } from './cloud-audit.js';
import { aksAuditEvent } from './aks-audit.js';
import { at, parsedWithin, record, type JsonRecord } from './json-value.js';

/** Wrappers within wrappers: CloudWatch within Firehose within a shipper's own. */
const MAX_DEPTH = 4;
/** Members in which shippers and clouds hand on a line that they did not read themselves. */
const TEXTS = [
  'log',
  'message',
  'MESSAGE',
  '@message',
  'msg',
  'line',
  'body',
  'textPayload',
  'log_s',
  'event',
] as const;
/** Members under which an event, or a record that holds one, stands as an object. */
const OBJECTS = ['jsonPayload', 'properties', 'kubernetes', 'audit', 'event', 'log', 'body', 'message'] as const;
/** Members that hold a list of records: an EventList, CloudWatch's, Azure's. */
const LISTS = ['items', 'logEvents', 'events', 'records', 'Records', 'value', 'entries'] as const;

/** What a parsed line holds: audit events, `'nothing'` where it is a wrapper's own remark, undefined for anything else. */
export type AuditRecords = readonly JsonRecord[] | 'nothing' | undefined;

/**
 * The audit events in what was parsed from a line or a delivery: an event, a list of them, or either in what a cloud or
 * a shipper put around it (EKS by CloudWatch, GKE's Cloud Audit Logs, AKS by Azure Monitor, Docker, Fluent Bit,
 * Elastic). Throws nothing; a record that cannot be read counts as one, `{}`.
 */
export function auditRecords(value: unknown, depth = 0): AuditRecords {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : all(value, depth);
  const raw = record(value);
  if (!raw) return undefined;
  if (typeof raw['auditID'] === 'string') return [raw];
  const cloud = cloudAuditEvent(raw) ?? aksAuditEvent(raw);
  if (cloud) return [cloud];
  if (raw['messageType'] === 'CONTROL_MESSAGE') return 'nothing';
  for (const name of LISTS) {
    const items = raw[name];
    if (!Array.isArray(items)) continue;
    return items.length === 0 ? 'nothing' : all(items, depth);
  }
  return within(raw, depth);
}

function all(items: readonly unknown[], depth: number): JsonRecord[] {
  return items.flatMap((item) => {
    const found = auditRecords(item, depth + 1);
    if (found === 'nothing') return [];
    return found ?? [{}];
  });
}

function within(raw: JsonRecord, depth: number): AuditRecords {
  for (const name of TEXTS) {
    const text = raw[name];
    const inner = typeof text === 'string' ? parsedWithin(text) : undefined;
    const found = inner === undefined ? undefined : auditRecords(inner, depth + 1);
    if (found !== undefined) return found;
  }
  for (const name of OBJECTS) {
    const inner = record(raw[name]);
    const found = inner && auditRecords(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The API server left the bodies out, since the event was too long with them. */
export function isTruncated(raw: JsonRecord): boolean {
  return at(raw, 'annotations', 'audit.k8s.io/truncated') === 'true';
}
