import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { decodeSyscallBatch, encodeSyscallBatch, PlimsollError, TOPICS, type SyscallBatch } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { announceLoss } from './lost-records.js';
import { Outbox } from './outbox.js';
import { Spool } from './spool.js';

/** A log that is away, slow or there, as the test says. */
class SwitchedLog {
  readonly published: OutgoingRecord[] = [];
  state: 'there' | 'away' | 'silent' = 'there';
  largestBytes = Infinity;

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.state === 'away') throw new PlimsollError('unavailable', 'no broker answers');
    if (records.some(({ value }) => value.byteLength > this.largestBytes)) {
      throw new PlimsollError('too-large', 'the log takes no record of this size');
    }
    while (this.state === 'silent') await wait(5);
    this.published.push(...records);
  }

  get keys(): string[] {
    return this.published.map(({ key }) => key);
  }
}

let folder: string;
let spool: Spool;
const log = { current: new SwitchedLog() };

function open(maxBytes = 1_048_576): Promise<Spool> {
  return Spool.open({ folder, maxBytes, sync: 'never', announceLoss: (lost) => announceLoss(lost, 'spool-overflow') });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-outbox-'));
  spool = await open();
  log.current = new SwitchedLog();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function records(from: number, count: number): OutgoingRecord[] {
  return Array.from({ length: count }, (_, i) => ({ topic: 'logs', key: `k${from + i}`, value: Buffer.from('{}') }));
}

function calls(firstOrdinal: number, count: number): OutgoingRecord {
  const batch: SyscallBatch = {
    application: 'shop',
    workload: 'db',
    container: 'db-1',
    stream: 's',
    firstOrdinal,
    baseTimeUs: firstOrdinal * 1_000,
    count,
    numbers: new Uint16Array(count),
    threads: new Uint32Array(count),
    offsetsUs: Uint32Array.from({ length: count }, (_, i) => i * 1_000),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
  return { topic: TOPICS.syscalls.name, key: 'db-1', value: encodeSyscallBatch(batch) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !condition(); i++) await wait(5);
  expect(condition()).toBe(true);
}

describe('Outbox', () => {
  it('publishes directly while the log answers, in publications of bounded size', async () => {
    const outbox = new Outbox({ log: log.current, spool });
    await outbox.accept(records(0, 1_000));
    expect(log.current.keys).toEqual(records(0, 1_000).map(({ key }) => key));
    expect(spool.counts.appended).toBe(0);
    await outbox.stop();
  });

  it('spools while the log is away, answers all the same, and follows in order when it is back', async () => {
    const told: boolean[] = [];
    const outbox = new Outbox({ log: log.current, spool, onSpooling: (spooling) => told.push(spooling) });
    await outbox.accept(records(0, 3));
    log.current.state = 'away';
    await outbox.accept(records(3, 3));
    await outbox.accept(records(6, 3));
    expect(log.current.keys).toHaveLength(3);
    expect(await outbox.health()).toEqual({ ready: true, reason: 'no broker answers' });
    log.current.state = 'there';
    await outbox.accept(records(9, 3));
    await until(() => !outbox.spooling);
    expect(log.current.keys).toEqual(records(0, 12).map(({ key }) => key));
    expect(told).toEqual([true, false]);
    await outbox.accept(records(12, 1));
    expect(log.current.keys).toHaveLength(13);
    await outbox.stop();
  });

  it('does not wait for a log that is silent', async () => {
    const outbox = new Outbox({ log: log.current, spool, publishWithinMs: 30 });
    log.current.state = 'silent';
    await outbox.accept(records(0, 2));
    expect(spool.counts.appended).toBe(2);
    log.current.state = 'there';
    await until(() => !outbox.spooling);
    // The late publication came as well: by identity each is there once.
    expect([...new Set(log.current.keys)]).toEqual(['k0', 'k1']);
    await outbox.stop();
  });

  it('goes on after a restart with what was spooled', async () => {
    const first = new Outbox({ log: log.current, spool });
    log.current.state = 'away';
    await first.accept(records(0, 5));
    await first.stop();
    log.current.state = 'there';
    const second = new Outbox({ log: log.current, spool: await open() });
    await second.accept(records(5, 1));
    await until(() => !second.spooling);
    expect(log.current.keys).toEqual(records(0, 6).map(({ key }) => key));
    await second.stop();
  });

  it('announces what overflowed with bounds, number and cause, before what follows', async () => {
    await spool.close();
    spool = await open(8_000);
    const outbox = new Outbox({ log: log.current, spool });
    log.current.state = 'away';
    for (let i = 0; i < 200; i++) await outbox.accept([calls(i * 10, 10)]);
    log.current.state = 'there';
    await until(() => !outbox.spooling);
    const batches = log.current.published.map(({ value }) => decodeSyscallBatch(value));
    const announced = batches.filter(({ gaps }) => gaps.length > 0);
    const rest = batches.slice(announced.length);
    const lost = announced.reduce((sum, { gaps }) => sum + gaps[0]!.lost!, 0);
    // Losses that a reader had in hand already are announced apart from later ones; together they leave no hole.
    expect(batches.slice(0, announced.length)).toEqual(announced);
    expect(announced.every(({ count, gaps }) => count === 0 && gaps[0]!.cause === 'spool-overflow')).toBe(true);
    expect(announced[0]!.gaps[0]!.startUs).toBe(0);
    expect(announced.at(-1)!.gaps[0]!.endUs).toBe((lost - 1) * 1_000 + 1);
    expect(lost).toBeGreaterThan(1_000);
    expect(rest[0]!.firstOrdinal).toBe(lost);
    expect(rest.reduce((sum, { count }) => sum + count, 0) + lost).toBe(2_000);
    await outbox.stop();
  });

  it('replaces a record that the log never takes by the announcement of its loss', async () => {
    const outbox = new Outbox({ log: log.current, spool });
    log.current.largestBytes = 1_000;
    await outbox.accept([calls(0, 10), calls(10, 500), calls(510, 10)]);
    const batches = log.current.published.map(({ value }) => decodeSyscallBatch(value));
    expect(batches.map(({ count, gaps }) => [count, gaps[0]?.lost])).toEqual([
      [10, undefined],
      [0, 500],
      [10, undefined],
    ]);
    await outbox.stop();
  });

  it('says that nothing is safe where log and disk both refuse', async () => {
    const outbox = new Outbox({ log: log.current, spool });
    log.current.state = 'away';
    rmSync(folder, { recursive: true });
    await expect(outbox.accept(records(0, 1))).rejects.toMatchObject({ code: 'unavailable' });
    await outbox.stop();
  });
});
