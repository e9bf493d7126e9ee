import { PlimsollError, type Alert } from '@plimsoll/contracts';

import { facet, type IncidentCard } from './incident-card.js';
import type { IncidentRecord } from './incident-record.js';

/** Which incidents a list holds; what is left out does not matter. */
export interface IncidentFilter {
  readonly application?: string;
  readonly path?: Alert['unmapped']['path'];
  readonly state?: IncidentRecord['state'];
  /** Without those that have become part of another. */
  readonly standing?: true;
  /** Those that have become part of this one. */
  readonly mergedInto?: string;
  readonly status?: IncidentRecord['status'];
  readonly minSeverity?: number;
  /** Empty: nobody. */
  readonly assignee?: string;
  readonly workload?: string;
  /** Of a client. */
  readonly address?: string;
  /** In the path of a page, whatever the case. */
  readonly page?: string;
  /** In the title, a principal's name, an address, a page, a finding or what was observed, whatever the case: plain text, never a pattern. */
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

export function cardMatches(card: IncidentCard, filter: IncidentFilter): boolean {
  const same = (wanted: string | undefined, is: string | undefined): boolean => wanted === undefined || wanted === is;
  const among = (wanted: string | undefined, of: readonly string[]): boolean =>
    wanted === undefined || of.includes(wanted);
  return (
    same(filter.application, card.application) &&
    same(filter.path, card.path) &&
    same(filter.state, card.state) &&
    (filter.standing !== true || card.state !== 'merged') &&
    same(filter.mergedInto, card.mergedInto) &&
    same(filter.status, card.status) &&
    same(filter.assignee, card.assignee) &&
    among(filter.workload, card.workloads) &&
    among(filter.address, card.addresses) &&
    (filter.minSeverity === undefined || card.severity >= filter.minSeverity) &&
    (filter.fromMs === undefined || card.lastSeenMs >= filter.fromMs) &&
    (filter.toMs === undefined || card.lastSeenMs < filter.toMs) &&
    (filter.page === undefined || card.pages.some((page) => page.toLowerCase().includes(filter.page!.toLowerCase()))) &&
    (filter.text === undefined || card.words.includes(filter.text.toLowerCase()))
  );
}

/** The sets (`facetsOf`) that every incident of the filter is in. */
export function facetsOfFilter(filter: IncidentFilter): readonly string[] {
  const names = ['application', 'path', 'state', 'status', 'mergedInto', 'assignee', 'workload', 'address'] as const;
  return names.flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [facet(name, value)];
  });
}

/** A position in a list: the last record that a page showed. */
export function cursorOf({ lastSeenMs, id }: Pick<IncidentRecord, 'lastSeenMs' | 'id'>): string {
  return `${lastSeenMs}-${id}`;
}

/** Throws `bad-message` on a text that no list gave out. */
export function readCursor(cursor: string): { readonly lastSeenMs: number; readonly id: string } {
  const match = /^(\d{1,16})-([0-9a-f]{1,64})$/.exec(cursor);
  if (match === null) throw new PlimsollError('bad-message', 'not the place of a page');
  return { lastSeenMs: Number(match[1]), id: match[2]! };
}
