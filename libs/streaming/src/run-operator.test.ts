import { decodeJson, DeadLetter } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { MemoryLog } from './memory-log.js';
import { MemoryStateStore } from './memory-state-store.js';
import { runOperator } from './run-operator.js';
import type { StreamEvent } from './stream-event.js';
import { countingOperator, ENDING, FAILING, LATE, UNREADABLE } from './testing/counting-operator.js';

const TOPICS = [
  { name: 'in', partitions: 4 },
  { name: 'out', partitions: 2 },
  { name: 'dead-letters', partitions: 1 },
];
const operator = countingOperator({ name: 'counting', from: 'in', to: 'out' });
const record = (key: string, text: string) => ({ topic: 'in', key, value: Buffer.from(text) });
const texts = (log: MemoryLog, topic: string) =>
  log.records(topic).map(({ value }) => Buffer.from(value).toString('utf8'));

describe('runOperator in memory', () => {
  it('counts each key in order and publishes what follows', async () => {
    const log = new MemoryLog({ topics: TOPICS });
    const running = await runOperator(operator, { log, store: new MemoryStateStore() });
    await log.publish(Array.from({ length: 30 }, (_, i) => record(`key-${i % 5}`, `text-${i}`)));
    await log.drained();
    expect(texts(log, 'out')).toHaveLength(10);
    expect(await running.health()).toEqual({ ready: true });
    await running.stop();
    await log.close();
  });

  it('continues at the checkpoint after a restart', async () => {
    const whole = await outputOf(async (log, start) => {
      const running = await start();
      await log.publish(Array.from({ length: 40 }, (_, i) => record(`key-${i % 3}`, `text-${i}`)));
      await log.drained();
      await running.stop();
    });
    const parts = await outputOf(async (log, start) => {
      for (let from = 0; from < 40; from += 10) {
        const running = await start();
        await log.publish(Array.from({ length: 10 }, (_, i) => record(`key-${(from + i) % 3}`, `text-${from + i}`)));
        await log.drained();
        await running.stop();
      }
    });
    expect(parts).toEqual(whole);
  });

  it('gives the same output while consumers come and go', async () => {
    const whole = await outputOf(async (log, start) => {
      const running = await start();
      await feed(log);
      await running.stop();
    });
    const scaled = await outputOf(async (log, start) => {
      const feeding = feed(log);
      const running = [await start()];
      for (let i = 0; i < 3; i += 1) running.push(await start());
      for (const one of running.splice(0, 2)) await one.stop();
      for (const one of running.splice(0, 1)) await one.stop();
      await feeding;
      await log.drained();
      for (const one of running) await one.stop();
    });
    expect(scaled).toEqual(whole);
  });

  it('sends bad records to the dead letters and goes on', async () => {
    const log = new MemoryLog({ topics: TOPICS });
    const events: StreamEvent[] = [];
    const running = await runOperator(operator, {
      log,
      store: new MemoryStateStore(),
      observer: (event) => events.push(event),
    });
    await log.publish(['a', UNREADABLE, 'b', FAILING, LATE, 'c', ENDING].map((text) => record('key', text)));
    await log.drained();
    const clean = new MemoryLog({ topics: TOPICS });
    const reference = await runOperator(operator, { log: clean, store: new MemoryStateStore() });
    await clean.publish(['a', 'b', 'c', ENDING].map((text) => record('key', text)));
    await clean.drained();
    expect(texts(log, 'out')).toEqual(texts(clean, 'out'));
    const letters = log.records('dead-letters').map(({ value }) => decodeJson(DeadLetter, value, 'dead letter'));
    expect(letters.map(({ reason, origin }) => [reason, origin.offset])).toEqual([
      ['bad-message', 1],
      ['internal-error', 3],
      ['late', 4],
    ]);
    expect(letters[1]?.detail).toBe('TypeError');
    expect(events.filter(({ type }) => type === 'dead-letter')).toHaveLength(3);
    await running.stop();
    await reference.stop();
  });
});

describe('a state that cannot be written', () => {
  it.each([false, true])(
    'refuses what leads there, and goes on, however records are split (one by one: %s)',
    async (split) => {
      const log = new MemoryLog({ topics: TOPICS });
      const events: StreamEvent[] = [];
      const limited: typeof operator = {
        ...operator,
        encode(state) {
          if (state.count > 2) throw new RangeError('offset is out of bounds');
          return operator.encode(state);
        },
      };
      const options = { log, store: new MemoryStateStore(), observer: (event: StreamEvent) => void events.push(event) };
      const running = await runOperator(limited, options);
      for (const text of ['a', 'b', 'c', 'd']) {
        await log.publish([record('key', text)]);
        if (split) await log.drained();
      }
      await log.publish([record('another', 'a')]);
      await log.drained();
      const letters = log.records('dead-letters').map(({ value }) => decodeJson(DeadLetter, value, 'dead letter'));
      expect(letters.map(({ reason, detail, origin }) => [reason, detail, origin.offset])).toEqual([
        ['internal-error', 'RangeError', 2],
        ['internal-error', 'RangeError', 3],
      ]);
      expect(texts(log, 'out')).toEqual([]);
      expect(events.filter(({ type }) => type === 'handler-failed')).toEqual([]);
      await running.stop();
    },
  );
});

async function feed(log: MemoryLog): Promise<void> {
  for (let i = 0; i < 2_000; i += 20) {
    await log.publish(Array.from({ length: 20 }, (_, j) => record(`key-${(i + j) % 17}`, `text-${i + j}`)));
    if (i % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await log.drained();
}

async function outputOf(
  run: (log: MemoryLog, start: () => Promise<{ stop(): Promise<void> }>) => Promise<void>,
): Promise<readonly string[]> {
  const log = new MemoryLog({ topics: TOPICS });
  const store = new MemoryStateStore();
  await run(log, () => runOperator(operator, { log, store }));
  const output = texts(log, 'out').sort();
  await log.close();
  return output;
}
