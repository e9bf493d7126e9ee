import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { BatchContext, LogRecord, OutgoingRecord } from './event-log.js';
import { MemoryStateStore } from './memory-state-store.js';
import type { Operator } from './operator.js';
import type { StateStore } from './state-store.js';
import { StatefulProcessor } from './stateful-processor.js';
import {
  countingOperator,
  ENDING,
  FAILING,
  LATE,
  UNREADABLE,
  type CountMessage,
  type CountState,
} from './testing/counting-operator.js';

/*
 * input     0 1 2 3 4 5 6 7 8 9 …         one partition
 * splits    |     |   |         |         where a batch ends
 * crashes       ×   ×       ×             the process dies: before a publish, between publish and commit, or after
 *                                         the commit and before its answer; a new one opens and goes on
 */

type Operation = Operator<CountMessage, CountState>;
const plain = countingOperator({ name: 'counting', from: 'in', to: 'out' });
const task = { group: 'counting', topic: 'in', partition: 0 };

/** Where in one step the process dies. */
type Crash = 'before-publish' | 'before-commit' | 'after-commit';

class Died extends Error {}

class World {
  readonly published: OutgoingRecord[] = [];
  readonly store = new MemoryStateStore();
  crash: Crash | undefined;

  readonly log = {
    publish: (records: readonly OutgoingRecord[]): Promise<void> => {
      if (this.crash === 'before-publish') return Promise.reject(this.die());
      this.published.push(...records);
      return Promise.resolve();
    },
  };

  readonly dyingStore: StateStore = {
    open: (id) => this.store.open(id),
    load: (lease, keys, checkpoint) => this.store.load(lease, keys, checkpoint),
    commit: async (lease, commit) => {
      if (this.crash === 'before-commit') throw this.die();
      await this.store.commit(lease, commit);
      if (this.crash === 'after-commit') throw this.die();
    },
    health: () => this.store.health(),
    close: () => this.store.close(),
  };

  private die(): Died {
    this.crash = undefined;
    return new Died();
  }
}

async function run(
  operator: Operation,
  records: readonly LogRecord[],
  batches: readonly number[],
  crashes: ReadonlyMap<number, Crash>,
  limits: { readonly stepRecords: number; readonly cachedStates: number },
): Promise<World> {
  const world = new World();
  const start = async (): Promise<[StatefulProcessor<CountMessage, CountState>, number]> => {
    const processor = new StatefulProcessor(operator, { log: world.log, store: world.dyingStore, ...limits });
    return [processor, await processor.assigned(0, new AbortController().signal)];
  };
  let [processor, position] = await start();
  for (let i = 0; position < records.length; i += 1) {
    const end = Math.min(records.length, position + (batches[i % batches.length] ?? 1));
    const context: BatchContext = {
      owned: () => true,
      signal: new AbortController().signal,
      heartbeat: () => Promise.resolve(),
      seek: () => undefined,
      endOffset: records.length,
    };
    world.crash = crashes.get(i);
    try {
      await processor.batch(0, records.slice(position, end), context);
      position = end;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      [processor, position] = await start();
    }
  }
  return world;
}

/** The distinct records published, as a reader sees them who knows duplicates by their bytes. */
function readerOf(world: World): readonly string[] {
  const text = ({ topic, key, value, headers }: OutgoingRecord): string =>
    JSON.stringify([topic, key, Buffer.from(value).toString('utf8'), headers]);
  return [...new Set(world.published.map(text))].sort();
}

const input = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      text: fc.oneof(
        { weight: 8, arbitrary: fc.string({ maxLength: 4 }) },
        { weight: 1, arbitrary: fc.constantFrom(UNREADABLE, FAILING, LATE, ENDING) },
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((items) =>
    items.map(({ key, text }, offset): LogRecord => ({
      topic: 'in',
      partition: 0,
      offset,
      key,
      // The offset makes every text differ, so that a duplicate in the output is one of the same record.
      value: Buffer.from([UNREADABLE, FAILING, LATE, ENDING].includes(text) ? text : `${text} ${offset}`),
      headers: {},
      timestampMs: 0,
    })),
  );
const splits = fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 10 });
const crashPoints = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom<Crash>('before-publish', 'before-commit', 'after-commit'),
    ),
    { maxLength: 12 },
  )
  .map((pairs) => new Map(pairs));
const limits = fc.record({ stepRecords: fc.integer({ min: 1, max: 9 }), cachedStates: fc.integer({ min: 1, max: 8 }) });

describe('the output depends on the records alone', () => {
  it('for any split in batches, any crash point and any size of the cache', async () => {
    await fc.assert(
      fc.asyncProperty(input, splits, crashPoints, limits, async (records, batches, crashes, bounds) => {
        const whole = await run(plain, records, [records.length], new Map(), {
          stepRecords: 1_000,
          cachedStates: 1_000,
        });
        const broken = await run(plain, records, batches, crashes, bounds);
        expect(readerOf(broken)).toEqual(readerOf(whole));
        expect(broken.store.states(task)).toEqual(whole.store.states(task));
      }),
      { numRuns: 300 },
    );
  });

  it('and without crashes nothing is published twice, in any split', async () => {
    await fc.assert(
      fc.asyncProperty(input, splits, limits, async (records, batches, bounds) => {
        const whole = await run(plain, records, [records.length], new Map(), {
          stepRecords: 1_000,
          cachedStates: 1_000,
        });
        const split = await run(plain, records, batches, new Map(), bounds);
        expect(split.published).toEqual(whole.published);
      }),
      { numRuns: 200 },
    );
  });
});
