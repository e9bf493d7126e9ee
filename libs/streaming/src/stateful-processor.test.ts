import { decodeJson, DeadLetter, PlimsollError } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import type { BatchContext, LogRecord, OutgoingRecord } from './event-log.js';
import { MemoryStateStore } from './memory-state-store.js';
import type { Operator } from './operator.js';
import type { StateStore } from './state-store.js';
import { StatefulProcessor } from './stateful-processor.js';
import type { StreamEvent } from './stream-event.js';
import { countingOperator, type CountMessage, type CountState } from './testing/counting-operator.js';

const operator = countingOperator({ name: 'counting', from: 'in', to: 'out' });
const task = { group: 'counting', topic: 'in', partition: 0 };

/** Records of one key, so that every third of them is published. */
function records(count: number, from = 0): LogRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    topic: 'in',
    partition: 0,
    offset: from + i,
    key: 'key',
    value: Buffer.from(`text-${from + i}`),
    headers: {},
    timestampMs: 0,
  }));
}

class Partition implements BatchContext {
  isOwned = true;
  sought: number | undefined;
  readonly aborted = new AbortController();
  constructor(public endOffset = 1_000) {}
  get signal(): AbortSignal {
    return this.aborted.signal;
  }
  owned(): boolean {
    return this.isOwned;
  }
  heartbeat(): Promise<void> {
    return Promise.resolve();
  }
  seek(offset: number): void {
    this.sought = offset;
  }
}

class Stream {
  readonly store = new MemoryStateStore();
  readonly published: OutgoingRecord[] = [];
  readonly events: StreamEvent[] = [];
  /** Failures that the next calls meet. */
  readonly publishFailures: Error[] = [];
  readonly commitFailures: Error[] = [];

  processor(of: Operator<CountMessage, CountState> = operator, store: StateStore = this.failing()) {
    return new StatefulProcessor(of, {
      log: { publish: (outgoing) => this.publish(outgoing) },
      store,
      observer: (event) => this.events.push(event),
      firstPauseMs: 1,
      longestPauseMs: 5,
    });
  }

  texts(topic = 'out'): string[] {
    return this.published.filter((one) => one.topic === topic).map(({ value }) => Buffer.from(value).toString('utf8'));
  }

  types(): string[] {
    return [...new Set(this.events.map(({ type }) => type))];
  }

  private publish(outgoing: readonly OutgoingRecord[]): Promise<void> {
    const failure = this.publishFailures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    this.published.push(...outgoing);
    return Promise.resolve();
  }

  private failing(): StateStore {
    const { store, commitFailures } = this;
    return {
      open: (id) => store.open(id),
      load: (lease, keys, checkpoint) => store.load(lease, keys, checkpoint),
      commit: (lease, commit) => {
        const failure = commitFailures.shift();
        return failure === undefined ? store.commit(lease, commit) : Promise.reject(failure);
      },
      health: () => store.health(),
      close: () => store.close(),
    };
  }
}

const away = () => new PlimsollError('unavailable', 'away');
const never = new AbortController().signal;

async function wholeOutput(count: number): Promise<string[]> {
  const stream = new Stream();
  const processor = stream.processor();
  await processor.assigned(0, never);
  await processor.batch(0, records(count), new Partition());
  return stream.texts();
}

describe('StatefulProcessor', () => {
  it('waits while log or store are away, says so, and then goes on in order', async () => {
    const stream = new Stream();
    const processor = stream.processor();
    await processor.assigned(0, never);
    stream.publishFailures.push(...Array.from({ length: 5 }, away));
    stream.commitFailures.push(...Array.from({ length: 200 }, away));
    const working = processor.batch(0, records(9), new Partition());
    await expect.poll(() => processor.waits()[0]?.on).toBe('state-store');
    expect(processor.waits()[0]).toMatchObject({ task, reason: 'away' });
    await working;
    expect(processor.waits()).toEqual([]);
    expect(stream.texts()).toEqual(await wholeOutput(9));
    expect(stream.events.filter(({ type }) => type === 'retry').length).toBe(205);
    expect(stream.events.filter(({ type }) => type === 'resumed').length).toBe(2);
  });

  it('stops waiting when the partition is wanted back, and loses nothing', async () => {
    const stream = new Stream();
    const processor = stream.processor();
    await processor.assigned(0, never);
    stream.publishFailures.push(...Array.from({ length: 10_000 }, away));
    const partition = new Partition();
    const working = processor.batch(0, records(9), partition);
    await expect.poll(() => processor.waits().length).toBe(1);
    partition.aborted.abort();
    await expect(working).rejects.toMatchObject({ code: 'stopped' });
    stream.publishFailures.length = 0;
    await processor.revoked(0);
    const next = stream.processor();
    expect(await next.assigned(0, never)).toBe(0);
    await next.batch(0, records(9), new Partition());
    expect(stream.texts()).toEqual(await wholeOutput(9));
  });

  it('publishes nothing once the partition is lost', async () => {
    const stream = new Stream();
    const processor = stream.processor();
    await processor.assigned(0, never);
    const partition = new Partition();
    partition.isOwned = false;
    await expect(processor.batch(0, records(9), partition)).rejects.toMatchObject({ code: 'stopped' });
    expect(stream.published).toEqual([]);
    expect((await stream.store.open(task)).nextOffset).toBeUndefined();
  });

  it('is refused as a zombie, drops what it held, and goes on where the store is if it owns the partition', async () => {
    const stream = new Stream();
    const zombie = stream.processor();
    await zombie.assigned(0, never);
    await zombie.batch(0, records(4), new Partition());
    const owner = stream.processor();
    expect(await owner.assigned(0, never)).toBe(4);
    await owner.batch(0, records(4, 4), new Partition());
    const before = stream.texts();

    const lost = new Partition();
    lost.heartbeat = () => {
      lost.isOwned = false;
      return Promise.resolve();
    };
    await expect(zombie.batch(0, records(4, 4), lost)).rejects.toMatchObject({ code: 'stopped' });

    const regained = new Partition();
    await zombie.batch(0, records(4, 4), regained);
    expect(regained.sought).toBe(8);
    await zombie.batch(0, records(4, 8), new Partition());
    expect(new Set(stream.texts())).toEqual(new Set([...before, ...(await wholeOutput(12))]));
    expect(stream.types()).toContain('fenced');
  });

  it('goes back to the checkpoint of a store that lost acknowledged writes, with the same output', async () => {
    const stream = new Stream();
    const restored = new Stream();
    let current: StateStore = stream.store;
    const store: StateStore = {
      open: (id) => current.open(id),
      load: (lease, keys, checkpoint) => current.load(lease, keys, checkpoint),
      commit: (lease, commit) => current.commit(lease, commit),
      health: () => current.health(),
      close: () => current.close(),
    };
    const earlier = restored.processor();
    await earlier.assigned(0, never);
    await earlier.batch(0, records(4), new Partition());

    const processor = stream.processor(operator, store);
    await processor.assigned(0, never);
    await processor.batch(0, records(7), new Partition());
    // The replica that is promoted has the first four records alone.
    current = restored.store;
    const partition = new Partition();
    await processor.batch(0, records(5, 7), partition);
    expect(partition.sought).toBe(4);
    await processor.batch(0, records(8, 4), new Partition());
    expect([...new Set(stream.texts())]).toEqual(await wholeOutput(12));
    expect(restored.store.states(task)).toEqual(await finalStates(12));
  });

  it('scores a replay by the settings of that time', async () => {
    let wanted = 'v1';
    const prepared = new Set<string>();
    const settings = {
      wanted: () => wanted,
      prepare: (text: string) => {
        prepared.add(text);
        return Promise.resolve();
      },
    };
    const scoring: Operator<CountMessage, CountState> = {
      ...operator,
      settings,
      step: (state, message, key, inForce) => {
        expect(prepared).toContain(inForce);
        const { publish, ...rest } = operator.step(state, message, key, inForce);
        return { ...rest, publish: publish.map((one) => ({ ...one, headers: { settings: inForce } })) };
      },
    };
    const stream = new Stream();
    const processor = stream.processor(scoring);
    await processor.assigned(0, never);
    await processor.batch(0, records(3), new Partition());
    wanted = 'v2';
    stream.commitFailures.push(...[new Error('died')]);
    await expect(processor.batch(0, records(3, 3), new Partition())).rejects.toThrow('died');
    await processor.batch(0, records(3, 3), new Partition());
    wanted = 'v3';
    const next = stream.processor(scoring);
    await next.assigned(0, never);
    await next.batch(0, records(3, 6), new Partition());
    expect(stream.published.map(({ headers }) => headers?.['settings'])).toEqual(['v1', 'v2', 'v3']);
    expect(stream.events.filter(({ type }) => type === 'settings')).toHaveLength(3);
  });

  it('moves at once to what is wanted instead of settings that cannot be used, and fails no batch', async () => {
    let wanted = 'broken';
    const settings = {
      wanted: () => wanted,
      prepare: (text: string) => {
        if (text !== 'broken') return Promise.resolve();
        wanted = 'without it';
        return Promise.reject(new PlimsollError('bad-profile', 'of another release'));
      },
    };
    const stream = new Stream();
    const processor = stream.processor({ ...operator, settings });
    await processor.assigned(0, never);
    await processor.batch(0, records(3), new Partition());
    expect(stream.events.flatMap((event) => (event.type === 'settings' ? [event.settings] : []))).toEqual([wanted]);
    settings.prepare = () => Promise.reject(new PlimsollError('bad-profile', 'nothing else is wanted'));
    wanted = 'broken too';
    await expect(processor.batch(0, records(3, 3), new Partition())).rejects.toThrow('nothing else');
  });

  it('does not guess at a state of an unknown version', async () => {
    const stream = new Stream();
    const lease = await stream.store.open(task);
    const put = new Map([['key', { bytes: Buffer.from('[9,1,"x"]'), ttlMs: 60_000 }]]);
    const commit = { previousOffset: undefined, nextOffset: 1, settings: '', put, remove: [] };
    await stream.store.commit(lease, commit);
    const processor = stream.processor();
    await processor.assigned(0, never);
    const partition = new Partition();
    const working = processor.batch(0, records(3, 1), partition);
    await expect.poll(() => processor.waits()[0]?.on).toBe('state-version');
    expect(processor.waits()[0]?.reason).toContain('version 9');
    partition.aborted.abort();
    await expect(working).rejects.toMatchObject({ code: 'stopped' });
    expect(stream.published).toEqual([]);
  });

  it('is not ready while a batch fails and comes again, and says no word of what failed', async () => {
    const stream = new Stream();
    const processor = stream.processor();
    await processor.assigned(0, never);
    stream.commitFailures.push(new TypeError('quotes a record'));
    await expect(processor.batch(0, records(3), new Partition())).rejects.toThrow(TypeError);
    expect(processor.waits()).toMatchObject([{ task, on: 'next-attempt', reason: 'TypeError' }]);
    await processor.batch(0, records(3), new Partition());
    expect(processor.waits()).toEqual([]);
    stream.commitFailures.push(new TypeError('again'));
    await expect(processor.batch(0, records(3, 3), new Partition())).rejects.toThrow(TypeError);
    await processor.revoked(0);
    expect(processor.waits()).toEqual([]);
  });

  it('replaces an output that no log takes by a dead letter', async () => {
    const stream = new Stream();
    const processor = stream.processor();
    await processor.assigned(0, never);
    const tooLarge = () => new PlimsollError('too-large', 'a record of 2 MB');
    stream.publishFailures.push(tooLarge(), tooLarge());
    await processor.batch(0, records(6), new Partition());
    expect(stream.texts()).toEqual((await wholeOutput(6)).slice(1));
    const [letter] = stream.published.filter(({ topic }) => topic === 'dead-letters');
    expect(decodeJson(DeadLetter, letter?.value ?? new Uint8Array(0), 'letter')).toMatchObject({
      reason: 'too-large',
      origin: { topic: 'out' },
    });
  });

  it('reports records that retention took, and a log that was made anew', async () => {
    const stream = new Stream();
    const processor = stream.processor();
    await processor.assigned(0, never);
    await processor.batch(0, records(3), new Partition());
    await processor.batch(0, records(3, 10), new Partition());
    expect(stream.events).toContainEqual({ type: 'lost', task, records: 7 });
    const next = stream.processor();
    expect(await next.assigned(0, never)).toBe(13);
    await next.batch(0, records(3), new Partition(3));
    expect(stream.events).toContainEqual({ type: 'truncated', task, nextOffset: 13, endOffset: 3 });
    expect(stream.texts()).toHaveLength(3);
    expect((await stream.store.open(task)).nextOffset).toBe(3);
  });
});

async function finalStates(count: number): Promise<ReadonlyMap<string, Uint8Array>> {
  const stream = new Stream();
  const processor = stream.processor();
  await processor.assigned(0, never);
  await processor.batch(0, records(count), new Partition());
  return stream.store.states(task);
}
