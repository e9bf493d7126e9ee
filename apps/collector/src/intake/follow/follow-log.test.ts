import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { decodeJson, decodeSyscallBatch, LogEvent, PlimsollError, TOPICS, type SourceKind } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Arrivals } from '../arrivals.js';
import { Checkpoints } from './checkpoint.js';
import { followLog } from './follow-log.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-follow-'));
  path = join(folder, 'access.log');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** One run of a collector on the log; `killed` ends it without a last word. */
class Run {
  readonly records: OutgoingRecord[] = [];
  away = false;
  nowMs = Date.UTC(2100, 0);
  killed = false;
  /** Why the log cannot be read, each time that it was checked. */
  readonly unreadable: (string | undefined)[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  async start(kind: SourceKind): Promise<this> {
    const checkpoints = await Checkpoints.open(join(folder, 'checkpoints.json'));
    const log = { application: 'shop', workload: 'web', container: 'web-1', kind, path, stream: 'access' };
    this.#running = followLog(log, {
      privacy: 'balanced',
      outbox: this,
      arrivals: new Arrivals(() => this.nowMs),
      checkpoints,
      signal: this.#stop.signal,
      pollMs: 2,
      lingerMs: 20,
      silentMs: 50,
      onCounts: (_counts, unreadable) => this.unreadable.push(unreadable),
    });
    return this;
  }

  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    await wait(1);
    if (this.away) throw new PlimsollError('unavailable', 'away');
    this.records.push(...records);
    // The records are safe, and the process ends before it can save the place.
    if (this.killed) await new Promise(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    if (!this.killed) await this.#running;
  }

  get events(): LogEvent[] {
    return this.records
      .filter(({ topic }) => topic === 'logs')
      .map(({ value }) => decodeJson(LogEvent, value, 'a record'));
  }

  async has(count: number): Promise<void> {
    for (let i = 0; i < 3_000 && this.records.length < count; i++) await wait(2);
    expect(this.records.length).toBeGreaterThanOrEqual(count);
  }
}

function access(from: number, to: number): string {
  return Array.from(
    { length: to - from },
    (_, i) =>
      `10.0.0.1 - - [23/Nov/2026:17:40:${String((from + i) % 60).padStart(2, '0')} +0000] "GET /p${from + i} HTTP/1.1" 200 5 "-" "c"\n`,
  ).join('');
}

function paths(events: readonly LogEvent[]): string[] {
  return events.map((event) => (event.type === 'web-request' ? `${event.id} ${event.path}` : event.type));
}

describe('followLog', () => {
  it('goes on after a stop, through a rotation, without losing or repeating', async () => {
    writeFileSync(path, access(0, 5));
    const first = await new Run().start('access-log');
    await first.has(5);
    await first.stop();
    appendFileSync(path, access(5, 7));
    renameSync(path, `${path}.1`);
    writeFileSync(path, access(7, 9));
    const second = await new Run().start('access-log');
    await second.has(4);
    await second.stop();
    const all = paths([...first.events, ...second.events]);
    expect(all).toEqual(Array.from({ length: 9 }, (_, i) => `access:${i + 1} /p${i}`));
  });

  it('gives what it reads again after being killed the names that it had', async () => {
    writeFileSync(path, access(0, 3));
    const first = await new Run().start('access-log');
    await first.has(3);
    await wait(20);
    first.killed = true;
    appendFileSync(path, access(3, 6));
    await first.has(6);
    await first.stop();
    appendFileSync(path, access(6, 8));
    const second = await new Run().start('access-log');
    await second.has(5);
    await second.stop();
    expect(paths(second.events)[0]).toBe('access:4 /p3');
    const byName = new Set(paths([...first.events, ...second.events]));
    expect([...byName]).toEqual(Array.from({ length: 8 }, (_, i) => `access:${i + 1} /p${i}`));
  });

  it('tells a container whose calls have stopped the time', async () => {
    writeFileSync(path, '100 1795455028.100000 read(3, "x", 1) = 1 <0.000010>\n');
    const run = await new Run().start('strace');
    await run.has(3);
    await run.stop();
    const calls = run.records.filter(({ topic }) => topic === TOPICS.syscalls.name);
    const [call, time] = calls.map(({ value }) => decodeSyscallBatch(value));
    expect([call!.count, time!.count, time!.firstOrdinal]).toEqual([1, 0, 1]);
    expect(time!.baseTimeUs).toBeGreaterThan(call!.baseTimeUs);
  });

  it('reads a statement that may go on again after a stop, and lets it go when nothing comes', async () => {
    writeFileSync(path, '261125 18:36:29\t     5 Query\tSELECT 1\n\t\t     5 Query\tSELECT 2\n');
    const first = await new Run().start('sql-log');
    await first.has(1);
    await wait(20);
    await first.stop();
    appendFileSync(path, '  FROM item\n');
    const second = await new Run().start('sql-log');
    await second.has(1);
    appendFileSync(path, '\t\t     5 Query\tSELECT 3\n');
    await second.has(2);
    await second.stop();
    const texts = [...first.events, ...second.events].map((event) => [
      event.id,
      event.type === 'sql-statement' && event.text,
    ]);
    expect(texts).toEqual([
      ['access:1', 'SELECT 1'],
      ['access:2', 'SELECT 2\n  FROM item'],
      ['access:4', 'SELECT 3'],
    ]);
  });

  it('says that nobody reads its form, and that it is read again', async () => {
    writeFileSync(path, '% time     seconds  usecs/call\n'.repeat(20));
    const run = await new Run().start('access-log');
    for (let i = 0; i < 1_000 && run.unreadable.length === 0; i++) await wait(2);
    appendFileSync(path, access(0, 20));
    await run.has(20);
    await run.stop();
    expect(run.unreadable[0]).toMatch(
      /20 of the last 20 lines cannot be read as access-log; it looks like strace's summary/,
    );
    expect(run.unreadable.at(-1)).toBeUndefined();
  });

  it('numbers calls on', async () => {
    const call = (tid: number): string =>
      `${JSON.stringify({ 'evt.type': 'read', 'evt.dir': '<', 'thread.tid': tid, 'container.id': 'abcabcabcabc' })}\n`;
    writeFileSync(path, call(1) + call(2));
    const first = await new Run().start('sysdig-json');
    await first.has(1);
    await wait(20);
    await first.stop();
    appendFileSync(path, call(3));
    const second = await new Run().start('sysdig-json');
    await second.has(1);
    await second.stop();
    const batches = [...first.records, ...second.records].map(({ value }) => decodeSyscallBatch(value));
    expect(batches.map(({ firstOrdinal, count, container }) => [firstOrdinal, count, container])).toEqual([
      [0, 2, 'abcabcabcabc'],
      [2, 1, 'abcabcabcabc'],
    ]);
  });

  it('waits while nothing takes records, and announces lines that were cut away', async () => {
    const run = new Run();
    run.away = true;
    writeFileSync(path, access(0, 3));
    await run.start('access-log');
    await wait(50);
    expect(run.records).toEqual([]);
    run.away = false;
    await run.has(3);
    await wait(20);
    truncateSync(path, 0);
    await wait(100);
    appendFileSync(path, access(3, 4));
    await run.has(5);
    expect(run.events.slice(3).map(({ type }) => type)).toEqual(['web-request', 'gap']);
    await run.stop();
  });
});
