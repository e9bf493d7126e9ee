import { PlimsollError, type SyscallBatch } from '@plimsoll/contracts';
import type { CollectorMessage } from '@plimsoll/pipelines';
import type { OutgoingRecord } from '@plimsoll/streaming';
import { describe, expect, it, vi } from 'vitest';

import { Publisher } from './publisher.js';

function callsAt(firstOrdinal: number, count = 1): CollectorMessage {
  const batch: SyscallBatch = {
    application: 'shop',
    workload: 'db',
    container: 'db-1',
    stream: 'recording',
    firstOrdinal,
    baseTimeUs: 0,
    count,
    numbers: new Uint16Array(count),
    // Each of its own: ten bytes a call.
    threads: Uint32Array.from({ length: count }, (_, i) => i * 70_000_003),
    offsetsUs: new Uint32Array(count),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
  return { topic: 'syscalls', batch };
}

const messages = (count: number, calls = 1): CollectorMessage[] =>
  Array.from({ length: count }, (_, i) => callsAt(i, calls));

const never = new AbortController().signal;
const COUNTS = { current: () => Promise.resolve({ syscalls: 2, logs: 2 }) };

describe('Publisher', () => {
  it('keeps the order in publications of bounded count and size', async () => {
    const publications: (readonly OutgoingRecord[])[] = [];
    const publisher = new Publisher(
      {
        publish: (records) => {
          publications.push(records);
          return Promise.resolve();
        },
      },
      COUNTS,
    );
    await publisher.publish(messages(600), never);
    expect(publications.map(({ length }) => length)).toEqual([256, 256, 88]);
    publications.length = 0;
    await publisher.publish(messages(3, 60_000), never);
    expect(publications.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(publications.flat().every(({ key }) => key === 'db-1')).toBe(true);
  });

  it('waits while the log is away, says why, and then publishes', async () => {
    let away = true;
    let published = 0;
    const publisher = new Publisher(
      {
        publish: (records) => {
          if (away) return Promise.reject(new PlimsollError('unavailable', 'no broker answers'));
          published += records.length;
          return Promise.resolve();
        },
      },
      COUNTS,
    );
    const done = publisher.publish(messages(2), never);
    await vi.waitFor(async () => {
      expect(await publisher.health()).toEqual({ ready: false, reason: 'no broker answers' });
    });
    away = false;
    await done;
    expect(published).toBe(2);
    expect(await publisher.health()).toEqual({ ready: true });
  });

  it('gives up when it is told to stop, and at once on what cannot succeed', async () => {
    const stopping = new AbortController();
    const away = new Publisher({ publish: () => Promise.reject(new PlimsollError('unavailable', 'away')) }, COUNTS);
    const waiting = expect(away.publish(messages(1), stopping.signal)).rejects.toMatchObject({ code: 'stopped' });
    stopping.abort();
    await waiting;
    expect(await away.health()).toEqual({ ready: true });
    const refusing = new Publisher({ publish: () => Promise.reject(new PlimsollError('too-large', 'large')) }, COUNTS);
    await expect(refusing.publish(messages(1), never)).rejects.toMatchObject({ code: 'too-large' });
  });
});
