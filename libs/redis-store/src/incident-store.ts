import { PlimsollError, type Alert } from '@plimsoll/contracts';
import {
  cursorOf,
  DEFAULT_INCIDENT_LIMITS,
  matches,
  MAX_AUDIT_ENTRIES,
  MAX_SUPPRESSIONS,
  readCursor,
  withAlert,
  type AuditEntry,
  type IncidentFilter,
  type IncidentLimits,
  type IncidentPage,
  type IncidentRecord,
  type IncidentStore,
  type Suppression,
} from '@plimsoll/incidents';
import { systemClock, type Clock, type Health } from '@plimsoll/streaming';

import type { RedisConnection } from './redis-connection.js';
import { redisScript } from './redis-script.js';

const saveIncident = redisScript('save-incident');
const movePlace = redisScript('move-place');

const DAY_MS = 86_400_000;
const AUDIT_TTL_MS = 400 * DAY_MS;
/** Somebody else may save the same incident in between, as two replicas do after a rebalance. */
const SAVE_ATTEMPTS = 20;
/** Incidents read at once while a list is looked for, and forgotten in one save at most. */
const CHUNK = 100;

interface IncidentKeys {
  readonly incidents: string;
  readonly bySeen: string;
  readonly byChange: string;
  readonly versions: string;
  readonly bySave: string;
  readonly counter: string;
  readonly places: string;
  readonly suppressions: string;
  readonly audit: string;
}

/**
 * Incidents in Redis. Everything lies in one hash slot, so that a save is one step; a record is at most some hundred
 * kilobytes and their number is limited. A list is read from the newest on until a page is full: a filter that matches
 * nothing reads them all.
 */
export class RedisIncidentStore implements IncidentStore {
  private readonly keys: IncidentKeys;
  private readonly limits: IncidentLimits;

  constructor(
    private readonly connection: RedisConnection,
    limits: Partial<IncidentLimits> = {},
    private readonly clock: Clock = systemClock,
  ) {
    this.limits = { ...DEFAULT_INCIDENT_LIMITS, ...limits };
    this.keys = incidentKeys(connection.keyPrefix);
  }

  async apply(alert: Alert): Promise<IncidentRecord> {
    const { uid } = alert.finding_info;
    for (let attempt = 0; attempt < SAVE_ATTEMPTS; attempt++) {
      const before = await this.get(uid);
      const merged = withAlert(before, alert);
      if (merged === before) return merged;
      const sequence = await this.save(merged, before);
      if (sequence >= 0) return { ...merged, sequence };
    }
    throw new PlimsollError('unavailable', `incident ${uid} is being changed by others all the time`);
  }

  async get(id: string): Promise<IncidentRecord | undefined> {
    const [record] = await this.records([id]);
    return record;
  }

  async list(filter: IncidentFilter, limit: number, after?: string): Promise<IncidentPage> {
    const from = after === undefined ? undefined : readCursor(after);
    const found: IncidentRecord[] = [];
    const highest = from === undefined ? '+inf' : String(from.lastSeenMs);
    const lowest = filter.fromMs === undefined ? '-inf' : String(filter.fromMs);
    for (let offset = 0; found.length <= limit; offset += CHUNK) {
      const range = [highest, lowest, 'BYSCORE', 'REV', 'LIMIT', offset, CHUNK];
      const ids = await this.texts('ZRANGE', this.keys.bySeen, ...range);
      for (const record of await this.records(ids)) {
        const { lastSeenMs, id } = record;
        const shown = from !== undefined && lastSeenMs === from.lastSeenMs && id >= from.id;
        if (!shown && matches(record, filter)) found.push(record);
      }
      if (ids.length < CHUNK) break;
    }
    const incidents = found.slice(0, limit);
    const last = incidents.at(-1);
    return { incidents, next: found.length > limit && last !== undefined ? cursorOf(last) : undefined };
  }

  async changesSince(sequence: number, limit: number): Promise<readonly IncidentRecord[]> {
    const range = [`(${sequence}`, '+inf', 'BYSCORE', 'LIMIT', 0, limit];
    const records = await this.records(await this.texts('ZRANGE', this.keys.byChange, ...range));
    // One may have changed again between the two reads: in its own order then.
    return records.sort((a, b) => a.sequence - b.sequence);
  }

  async latestSequence(): Promise<number> {
    return Number(textOf(await this.connection.call('GET', this.keys.counter)) ?? 0);
  }

  async place(topic: string, partition: number): Promise<number | undefined> {
    const text = textOf(await this.connection.call('HGET', this.keys.places, `${topic}/${partition}`));
    return text === undefined ? undefined : Number(text);
  }

  async movePlace(topic: string, partition: number, from: number | undefined, to: number): Promise<boolean> {
    const args = [`${topic}/${partition}`, from ?? '', to, this.limits.retentionMs];
    return Number(await this.connection.run(movePlace, [this.keys.places], args)) === 1;
  }

  async putSuppression(suppression: Suppression): Promise<void> {
    const all = await this.suppressions();
    if (all.length >= MAX_SUPPRESSIONS && !all.some(({ id }) => id === suppression.id)) {
      throw new PlimsollError('too-large', `there are ${MAX_SUPPRESSIONS} suppressions already`);
    }
    await this.connection.call('HSET', this.keys.suppressions, suppression.id, JSON.stringify(suppression));
    await this.connection.call('PEXPIRE', this.keys.suppressions, AUDIT_TTL_MS);
  }

  async removeSuppression(id: string): Promise<boolean> {
    return Number(await this.connection.call('HDEL', this.keys.suppressions, id)) > 0;
  }

  async suppressions(): Promise<readonly Suppression[]> {
    const texts = await this.texts('HVALS', this.keys.suppressions);
    const all = texts.map((text) => JSON.parse(text) as Suppression);
    const overMs = this.clock.nowMs() - DAY_MS;
    const over = all.filter(({ expiresMs }) => expiresMs < overMs);
    if (over.length > 0) {
      await this.connection.call('HDEL', this.keys.suppressions, ...over.map(({ id }) => id));
    }
    const current = all.filter(({ expiresMs }) => expiresMs >= overMs);
    return current.sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? -1 : 1));
  }

  async audit(entry: AuditEntry): Promise<void> {
    await this.connection.call('LPUSH', this.keys.audit, JSON.stringify(entry));
    await this.connection.call('LTRIM', this.keys.audit, 0, MAX_AUDIT_ENTRIES - 1);
    await this.connection.call('PEXPIRE', this.keys.audit, AUDIT_TTL_MS);
  }

  async auditTrail(limit: number): Promise<readonly AuditEntry[]> {
    const texts = await this.texts('LRANGE', this.keys.audit, 0, limit - 1);
    return texts.map((text) => JSON.parse(text) as AuditEntry);
  }

  health(): Promise<Health> {
    return this.connection.health();
  }

  /** The connection belongs to whoever made it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async save(record: IncidentRecord, before: IncidentRecord | undefined): Promise<number> {
    const { incidents, bySeen, byChange, versions, bySave, counter } = this.keys;
    const { sequence: _, ...rest } = record;
    const json = `${JSON.stringify(rest).slice(0, -1)},"sequence":`;
    const { retentionMs, maxIncidents } = this.limits;
    const reply = await this.connection.run(
      saveIncident,
      [incidents, bySeen, byChange, versions, bySave, counter],
      [
        record.id,
        before?.sequence ?? '',
        json,
        record.lastSeenMs,
        this.clock.nowMs(),
        retentionMs,
        maxIncidents,
        CHUNK,
      ],
    );
    return Number(reply);
  }

  private async records(ids: readonly string[]): Promise<IncidentRecord[]> {
    if (ids.length === 0) return [];
    const texts = await this.replies('HMGET', this.keys.incidents, ...ids);
    return texts.flatMap((text) => {
      const json = textOf(text);
      // Our own writing.
      return json === undefined ? [] : [JSON.parse(json) as IncidentRecord];
    });
  }

  private async texts(command: string, ...args: readonly (string | number)[]): Promise<readonly string[]> {
    return (await this.replies(command, ...args)).map((item) => textOf(item) ?? '');
  }

  private async replies(command: string, ...args: readonly (string | number)[]): Promise<readonly unknown[]> {
    const reply = await this.connection.call(command, ...args);
    return Array.isArray(reply) ? (reply as unknown[]) : [];
  }
}

function incidentKeys(prefix: string): IncidentKeys {
  const tag = `${prefix}:{incidents}`;
  return {
    incidents: `${tag}:records`,
    bySeen: `${tag}:by-seen`,
    byChange: `${tag}:by-change`,
    versions: `${tag}:versions`,
    bySave: `${tag}:by-save`,
    counter: `${tag}:counter`,
    places: `${tag}:places`,
    suppressions: `${tag}:suppressions`,
    audit: `${tag}:audit`,
  };
}

function textOf(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
