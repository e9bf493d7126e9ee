import type { CollectorMessage } from '@plimsoll/pipelines';
import { expect, it } from 'vitest';

import { DividedSource } from './divided-source.js';

/** `count` messages of 4,096 calls, and how often they were opened; a read brings `aRead` of them. */
function source(count: number, aRead: number, known = true) {
  const opened: boolean[] = [];
  let given = 0;
  const open = (again: boolean) => {
    opened.push(again);
    let read = 0;
    async function* messages(): AsyncGenerator<CollectorMessage> {
      for (let at = 0; at < count; at++) {
        if (at % aRead === 0) read = Math.min(count, at + aRead);
        given = at;
        yield { topic: 'syscalls', batch: { count: 4_096, baseTimeUs: at } } as unknown as CollectorMessage;
        await Promise.resolve();
      }
    }
    return { messages: messages(), share: () => (known ? read / count : undefined) };
  };
  return { divided: new DividedSource(0.3, open), opened, given: () => given };
}

async function numbers(messages: AsyncIterable<CollectorMessage>): Promise<number[]> {
  const found: number[] = [];
  for await (const message of messages) if (message.topic === 'syscalls') found.push(message.batch.baseTimeUs);
  return found;
}

it.each([
  ['a short source by its messages', 10, 10, [false]],
  ['a long one by its bytes, as they are read', 2_000, 10, [false]],
  ['one whose bytes come at once, read again', 2_000, 2_000, [false, true]],
] as const)('divides %s', async (_, count, aRead, times) => {
  const { divided, opened } = source(count, aRead);
  const [first, rest] = [await numbers(divided.first()), await numbers(divided.rest())];
  expect([...first, ...rest]).toEqual(Array.from({ length: count }, (_, i) => i));
  expect(rest.length / count).toBeCloseTo(0.3, 1);
  expect(opened).toEqual(times);
  expect(divided.messages).toBe(count);
});

it('reads no further than the first part before the rest is asked for', async () => {
  const { divided, given } = source(2_000, 10);
  await numbers(divided.first());
  expect(given()).toBeLessThan(1_420);
});

it('refuses what is too long to hold and cannot be read again', async () => {
  await expect(numbers(source(2_000, 10, false).divided.first())).rejects.toMatchObject({ code: 'too-large' });
});
