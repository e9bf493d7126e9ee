import { PlimsollError, type Alert } from '@plimsoll/contracts';

import type { IncidentRecord } from './incident-record.js';

/** Which incidents a list holds; what is left out does not matter. */
export interface IncidentFilter {
  readonly application?: string;
  readonly path?: Alert['unmapped']['path'];
  readonly state?: IncidentRecord['state'];
  readonly status?: IncidentRecord['status'];
  readonly minSeverity?: number;
  /** In the title, a principal's name or what was observed, whatever the case: plain text, never a pattern. */
  readonly text?: string;
  /** Last seen in `[fromMs, toMs)`. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** What is expected for a while and shall wake nobody: it stays visible, with who asked for it and why. */
export interface Suppression {
  readonly id: string;
  /** `maintenance` silences everything of an application in a time; `suppression` one kind of incident. */
  readonly kind: 'suppression' | 'maintenance';
  readonly application: string;
  readonly path?: Alert['unmapped']['path'] | undefined;
  readonly finding?: string | undefined;
  readonly principal?: string | undefined;
  readonly workload?: string | undefined;
  readonly reason: string;
  readonly by: string;
  readonly createdMs: number;
  /** `[startsMs, expiresMs)`: incidents last seen in it are suppressed. */
  readonly startsMs: number;
  readonly expiresMs: number;
}

/** What stands in the way of showing it as an alarm: the suppression that covers it now, if any. */
export function suppressionOf(record: IncidentRecord, suppressions: readonly Suppression[]): Suppression | undefined {
  const facts = record.alert?.unmapped;
  if (facts === undefined) return undefined;
  return suppressions.find(
    (s) =>
      s.application === facts.application &&
      record.lastSeenMs >= s.startsMs &&
      record.lastSeenMs < s.expiresMs &&
      (s.path === undefined || s.path === facts.path) &&
      (s.principal === undefined || facts.principals.includes(s.principal)) &&
      (s.workload === undefined || facts.workloads.includes(s.workload)) &&
      // Every finding of it, or none: what is suppressed never takes something else along.
      (s.finding === undefined || facts.findings.every(({ finding }) => finding === s.finding)),
  );
}

export function matches(record: IncidentRecord, filter: IncidentFilter): boolean {
  const { alert } = record;
  if (alert === undefined) return false;
  const { application, path, principals } = alert.unmapped;
  const text = filter.text?.toLowerCase();
  return (
    (filter.application === undefined || filter.application === application) &&
    (filter.path === undefined || filter.path === path) &&
    (filter.state === undefined || filter.state === record.state) &&
    (filter.status === undefined || filter.status === record.status) &&
    (filter.minSeverity === undefined || alert.severity_id >= filter.minSeverity) &&
    (filter.fromMs === undefined || record.lastSeenMs >= filter.fromMs) &&
    (filter.toMs === undefined || record.lastSeenMs < filter.toMs) &&
    (text === undefined ||
      [alert.message, record.id, ...principals, ...record.evidence.map(({ data }) => data.observed)].some((words) =>
        words.toLowerCase().includes(text),
      ))
  );
}

/** A position in a list: the last record that a page showed. */
export function cursorOf({ lastSeenMs, id }: IncidentRecord): string {
  return `${lastSeenMs}-${id}`;
}

/** Throws `bad-message` on a text that no list gave out. */
export function readCursor(cursor: string): { readonly lastSeenMs: number; readonly id: string } {
  const match = /^(\d{1,16})-([0-9a-f]{1,64})$/.exec(cursor);
  if (match === null) throw new PlimsollError('bad-message', 'not the place of a page');
  return { lastSeenMs: Number(match[1]), id: match[2]! };
}
