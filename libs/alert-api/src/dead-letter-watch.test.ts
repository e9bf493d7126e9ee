import { deadLetterOf, type LogRecord } from '@plimsoll/streaming';
import { describe, expect, it } from 'vitest';

import { DeadLetterWatch } from './dead-letter-watch.js';

function recordOf(value: Uint8Array, offset = 0): LogRecord {
  return { topic: 'dead-letters', partition: 0, offset, key: null, headers: {}, value, timestampMs: 1_000 + offset };
}

function letter(offset: number, reason = 'late', key: string | null = 'shop'): LogRecord {
  const bad = { ...recordOf(Buffer.from('what came')), topic: 'verdicts', key };
  return recordOf(deadLetterOf(bad, { reason, detail: '\u0000'.repeat(5_000) }, 'fusion').value, offset);
}

describe('what the topic of dead letters holds', () => {
  it('counts all, and remembers the latest', async () => {
    const watch = new DeadLetterWatch();
    await watch.batch(
      0,
      Array.from({ length: 600 }, (_, i) => letter(i, i % 3 === 0 ? 'bad-message' : 'late')),
    );
    expect(watch.counts().map(({ reason, count, lastMs }) => [reason, count, lastMs])).toEqual([
      ['late', 400, 1_599],
      ['bad-message', 200, 1_597],
    ]);
    expect([watch.letters().length, watch.letters()[0]?.offset, watch.letters().at(-1)?.offset]).toEqual([
      500, 599, 100,
    ]);
  });

  it('keeps nothing of what is no letter, or larger than ours are', async () => {
    const watch = new DeadLetterWatch();
    const ours = letter(0, 'late', '\u0000'.repeat(100_000));
    const large = JSON.parse(Buffer.from(letter(1).value).toString()) as { origin: { key: string }; head: string };
    const foreign = (change: object): Uint8Array => Buffer.from(JSON.stringify({ ...large, ...change }));
    await watch.batch(0, [
      ours,
      recordOf(Buffer.from('not JSON')),
      recordOf(foreign({ origin: { ...large.origin, key: 'k'.repeat(1 << 20) } })),
      recordOf(foreign({ head: '%%%' })),
    ]);
    expect([watch.letters().length, watch.unreadable]).toEqual([1, 3]);
  });

  it('counts no more kinds than it has room for', async () => {
    const watch = new DeadLetterWatch();
    await watch.batch(
      0,
      Array.from({ length: 300 }, (_, i) => letter(i, `reason ${i}`)),
    );
    expect(watch.counts()).toHaveLength(200);
  });
});
