import { identity, PlimsollError, type Alert } from '@plimsoll/contracts';
import {
  cardMatches,
  cardOf,
  cursorOf,
  DEFAULT_INCIDENT_LIMITS,
  facetsOf,
  facetsOfFilter,
  MAX_AUDIT_ENTRIES,
  MAX_SUPPRESSIONS,
  readCursor,
  withAlert,
  type AuditEntry,
  type IncidentCard,
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
const movePosition = redisScript('move-place');

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
  readonly cards: string;
  readonly facets: string;
  readonly positions: string;
  readonly suppressions: string;
  readonly audit: string;
}

/**
 * Incidents in Redis. Everything lies in one hash slot, so that a save is one step; a record is at most some hundred
 * kilobytes and their number is limited. Beside each lies a card of some kilobyte, and its id in a set for each facet
 * (application, path, state, status, assignee, workload, address). A list reads the cards of the filter's smallest set from the
 * newest on, until a page is full; records are read only for the page. A text that nothing has reads all cards of the set.
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
    const found = await this.found(filter, limit + 1, after === undefined ? undefined : readCursor(after));
    const shown = found.slice(0, limit);
    const incidents = await this.records(shown.map(({ id }) => id));
    const last = shown.at(-1);
    return { incidents, next: found.length > limit && last !== undefined ? cursorOf(last) : undefined };
  }

  cards(filter: IncidentFilter, limit: number): Promise<readonly IncidentCard[]> {
    return this.found(filter, limit, undefined);
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

  async position(topic: string, partition: number): Promise<number | undefined> {
    const text = textOf(await this.connection.call('HGET', this.keys.positions, `${topic}/${partition}`));
    return text === undefined ? undefined : Number(text);
  }

  async movePosition(topic: string, partition: number, from: number | undefined, to: number): Promise<boolean> {
    const args = [`${topic}/${partition}`, from ?? '', to, this.limits.retentionMs];
    return Number(await this.connection.run(movePosition, [this.keys.positions], args)) === 1;
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

  private async found(
    filter: IncidentFilter,
    limit: number,
    from: Pick<IncidentCard, 'lastSeenMs' | 'id'> | undefined,
  ): Promise<IncidentCard[]> {
    const set = await this.smallestSet(filter);
    const found: IncidentCard[] = [];
    const highest = from === undefined ? '+inf' : String(from.lastSeenMs);
    const lowest = filter.fromMs === undefined ? '-inf' : String(filter.fromMs);
    for (let offset = 0; found.length < limit; offset += CHUNK) {
      const ids = await this.texts('ZRANGE', set, highest, lowest, 'BYSCORE', 'REV', 'LIMIT', offset, CHUNK);
      for (const card of ids.length === 0 ? [] : await this.parsed<IncidentCard>(this.keys.cards, ids)) {
        const shown = from !== undefined && card.lastSeenMs === from.lastSeenMs && card.id >= from.id;
        if (!shown && cardMatches(card, filter)) found.push(card);
      }
      if (ids.length < CHUNK) break;
    }
    return found.slice(0, limit);
  }

  /** The key of the set that holds all that the filter can find, and least else. */
  private async smallestSet(filter: IncidentFilter): Promise<string> {
    const keys = facetsOfFilter(filter).map((name) => `${this.keys.facets}:${keyOf(name)}`);
    const sizes = await Promise.all(keys.map((key) => this.connection.call('ZCARD', key)));
    const least = Math.min(...sizes.map(Number));
    return keys[sizes.findIndex((size) => Number(size) === least)] ?? this.keys.bySeen;
  }

  private async save(record: IncidentRecord, before: IncidentRecord | undefined): Promise<number> {
    const { incidents, bySeen, byChange, versions, bySave, counter, cards, facets } = this.keys;
    const card = cardOf(record);
    const { sequence: _, ...rest } = record;
    const json = `${JSON.stringify(rest).slice(0, -1)},"sequence":`;
    const { retentionMs, maxIncidents } = this.limits;
    const reply = await this.connection.run(
      saveIncident,
      [incidents, bySeen, byChange, versions, bySave, counter, cards, facets],
      [
        record.id,
        before?.sequence ?? '',
        json,
        record.lastSeenMs,
        this.clock.nowMs(),
        retentionMs,
        maxIncidents,
        CHUNK,
        card === undefined ? '' : JSON.stringify(card),
        card === undefined ? '' : facetsOf(card).map(keyOf).join('\n'),
      ],
    );
    return Number(reply);
  }

  private async records(ids: readonly string[]): Promise<IncidentRecord[]> {
    return ids.length === 0 ? [] : this.parsed<IncidentRecord>(this.keys.incidents, ids);
  }

  /** What a hash holds of the ids, in their order; our own writing. */
  private async parsed<T>(hash: string, ids: readonly string[]): Promise<T[]> {
    const texts = await this.replies('HMGET', hash, ...ids);
    return texts.flatMap((text) => {
      const json = textOf(text);
      return json === undefined ? [] : [JSON.parse(json) as T];
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
  // Incidents that were kept before they had cards lie elsewhere: they are rebuilt from the topics.
  const carded = `${prefix}:{incidents-2}`;
  return {
    incidents: `${carded}:records`,
    bySeen: `${carded}:by-seen`,
    byChange: `${carded}:by-change`,
    versions: `${carded}:versions`,
    bySave: `${carded}:by-save`,
    counter: `${carded}:counter`,
    cards: `${carded}:cards`,
    facets: `${carded}:facets`,
    positions: `${carded}:places`,
    suppressions: `${tag}:suppressions`,
    audit: `${tag}:audit`,
  };
}

/** A facet's name as it stands in a key, whatever others wrote into it and however long. */
function keyOf(name: string): string {
  return identity('facet', name);
}

function textOf(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
