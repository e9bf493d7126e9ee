import { PlimsollError, type Alert } from '@plimsoll/contracts';
import { systemClock, type Clock, type Health } from '@plimsoll/streaming';

import { cardOf, type IncidentCard } from './incident-card.js';
import { cardMatches, cursorOf, readCursor, type IncidentFilter, type Suppression } from './incident-filter.js';
import { withAlert, type IncidentRecord } from './incident-record.js';
import {
  DEFAULT_INCIDENT_LIMITS,
  MAX_AUDIT_ENTRIES,
  MAX_SUPPRESSIONS,
  type AuditEntry,
  type IncidentLimits,
  type IncidentPage,
  type IncidentStore,
} from './incident-store.js';

const DAY_MS = 86_400_000;

/** Incidents in the process's own memory. */
export class MemoryIncidentStore implements IncidentStore {
  readonly #limits: IncidentLimits;
  readonly #clock: Clock;
  /** In the order of the latest change. */
  readonly #incidents = new Map<string, { record: IncidentRecord; changedMs: number }>();
  /** Made once of each record: records never change, they are replaced. */
  readonly #cards = new WeakMap<IncidentRecord, IncidentCard>();
  readonly #positions = new Map<string, number>();
  readonly #suppressions = new Map<string, Suppression>();
  #audit: AuditEntry[] = [];
  #sequence = 0;

  constructor(limits: Partial<IncidentLimits> = {}, clock: Clock = systemClock) {
    this.#limits = { ...DEFAULT_INCIDENT_LIMITS, ...limits };
    this.#clock = clock;
  }

  apply(alert: Alert): Promise<IncidentRecord> {
    const { uid } = alert.finding_info;
    const before = this.#incidents.get(uid)?.record;
    const merged = withAlert(before, alert);
    if (merged === before) return Promise.resolve(merged);
    const record = { ...merged, sequence: ++this.#sequence };
    this.#incidents.delete(uid);
    this.#incidents.set(uid, { record, changedMs: this.#clock.nowMs() });
    this.#forget();
    return Promise.resolve(record);
  }

  get(id: string): Promise<IncidentRecord | undefined> {
    return Promise.resolve(this.#incidents.get(id)?.record);
  }

  list(filter: IncidentFilter, limit: number, after?: string): Promise<IncidentPage> {
    return new Promise((resolve) => {
      const found = this.#sortedAfter(after).filter((record) => this.#matches(record, filter));
      const incidents = found.slice(0, limit);
      const last = incidents.at(-1);
      resolve({ incidents, next: found.length > limit && last !== undefined ? cursorOf(last) : undefined });
    });
  }

  cards(filter: IncidentFilter, limit: number): Promise<readonly IncidentCard[]> {
    const cards = this.#sortedAfter(undefined).flatMap((record) => this.#card(record) ?? []);
    return Promise.resolve(cards.filter((card) => cardMatches(card, filter)).slice(0, limit));
  }

  changesSince(sequence: number, limit: number): Promise<readonly IncidentRecord[]> {
    const changed: IncidentRecord[] = [];
    for (const { record } of this.#incidents.values()) {
      if (record.sequence > sequence) changed.push(record);
      if (changed.length === limit) break;
    }
    return Promise.resolve(changed);
  }

  latestSequence(): Promise<number> {
    return Promise.resolve(this.#sequence);
  }

  position(topic: string, partition: number): Promise<number | undefined> {
    return Promise.resolve(this.#positions.get(`${topic}/${partition}`));
  }

  movePosition(topic: string, partition: number, from: number | undefined, to: number): Promise<boolean> {
    const key = `${topic}/${partition}`;
    if (this.#positions.get(key) !== from) return Promise.resolve(false);
    this.#positions.set(key, to);
    return Promise.resolve(true);
  }

  putSuppression(suppression: Suppression): Promise<void> {
    if (this.#suppressions.size >= MAX_SUPPRESSIONS && !this.#suppressions.has(suppression.id)) {
      return Promise.reject(new PlimsollError('too-large', `there are ${MAX_SUPPRESSIONS} suppressions already`));
    }
    this.#suppressions.set(suppression.id, suppression);
    return Promise.resolve();
  }

  removeSuppression(id: string): Promise<boolean> {
    return Promise.resolve(this.#suppressions.delete(id));
  }

  suppressions(): Promise<readonly Suppression[]> {
    const nowMs = this.#clock.nowMs();
    for (const { id, expiresMs } of [...this.#suppressions.values()]) {
      if (expiresMs + DAY_MS < nowMs) this.#suppressions.delete(id);
    }
    const all = [...this.#suppressions.values()];
    return Promise.resolve(all.sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? -1 : 1)));
  }

  audit(entry: AuditEntry): Promise<void> {
    this.#audit.unshift(entry);
    if (this.#audit.length > MAX_AUDIT_ENTRIES) this.#audit = this.#audit.slice(0, MAX_AUDIT_ENTRIES);
    return Promise.resolve();
  }

  auditTrail(limit: number): Promise<readonly AuditEntry[]> {
    return Promise.resolve(this.#audit.slice(0, limit));
  }

  health(): Promise<Health> {
    return Promise.resolve({ ready: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #sortedAfter(after: string | undefined): IncidentRecord[] {
    const all = [...this.#incidents.values()].map(({ record }) => record);
    all.sort((a, b) => b.lastSeenMs - a.lastSeenMs || (a.id > b.id ? -1 : 1));
    if (after === undefined) return all;
    const from = readCursor(after);
    return all.filter(
      ({ lastSeenMs, id }) => lastSeenMs < from.lastSeenMs || (lastSeenMs === from.lastSeenMs && id < from.id),
    );
  }

  #matches(record: IncidentRecord, filter: IncidentFilter): boolean {
    const card = this.#card(record);
    return card !== undefined && cardMatches(card, filter);
  }

  #card(record: IncidentRecord): IncidentCard | undefined {
    const known = this.#cards.get(record) ?? cardOf(record);
    if (known !== undefined) this.#cards.set(record, known);
    return known;
  }

  #forget(): void {
    const oldestMs = this.#clock.nowMs() - this.#limits.retentionMs;
    for (const [id, { changedMs }] of this.#incidents) {
      if (changedMs >= oldestMs && this.#incidents.size <= this.#limits.maxIncidents) break;
      this.#incidents.delete(id);
    }
  }
}
