import { randomUUID } from 'node:crypto';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { BatchContext, EventLog, LogRecord, OutgoingRecord, PartitionHandler } from '../event-log.js';
import { partitionOf } from '../partitioner.js';
import type { TopicPositions } from '../topic-positions.js';

export interface EventLogFixture {
  /** A client of the log; several are clients of one log. The fixture's user closes them. */
  connect(): Promise<EventLog & TopicPositions>;
  /** Makes a new topic and returns its name. */
  topic(partitions: number): Promise<string>;
}

const WAIT = { timeout: 60_000, interval: 20 };

/** Keeps what it is given, and does to each batch what the test wants. */
class Collecting implements PartitionHandler {
  readonly records: LogRecord[] = [];
  readonly assignedNow = new Set<number>();
  revocations = 0;

  constructor(
    private readonly options: {
      readonly from?: (partition: number) => number | undefined;
      readonly onBatch?: (records: readonly LogRecord[], context: BatchContext) => Promise<void>;
    } = {},
  ) {}

  assigned(partition: number): Promise<number | undefined> {
    this.assignedNow.add(partition);
    return Promise.resolve(this.options.from?.(partition));
  }

  async batch(_partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    await this.options.onBatch?.(records, context);
    this.records.push(...records);
  }

  revoked(partition: number): Promise<void> {
    this.assignedNow.delete(partition);
    this.revocations += 1;
    return Promise.resolve();
  }

  get texts(): string[] {
    return this.records.map(textOf);
  }
}

const textOf = ({ value }: LogRecord): string => Buffer.from(value).toString('utf8');
const sorted = (texts: Iterable<string>): string[] => [...texts].sort();

function messages(topic: string, count: number, from = 0): OutgoingRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return { topic, key: `key-${n % 11}`, value: Buffer.from(`text-${n}`), headers: { number: String(n) } };
  });
}

/** What every event log promises. */
export function eventLogContract(name: string, fixture: () => EventLogFixture): void {
  const connect = async (): Promise<EventLog & TopicPositions> => {
    const log = await fixture().connect();
    onTestFinished(() => log.close());
    return log;
  };

  describe(`event log contract: ${name}`, () => {
    it('delivers key, value, headers and position of every record, in order of each key', async () => {
      const log = await connect();
      const topic = await fixture().topic(4);
      const handler = new Collecting();
      await log.consume({ topic, group: randomUUID(), handler });
      await log.publish(messages(topic, 100));
      await expect.poll(() => handler.records.length, WAIT).toBe(100);
      for (const record of handler.records) {
        const { number } = record.headers;
        expect(record).toMatchObject({ topic, key: `key-${Number(number) % 11}` });
        expect(textOf(record)).toBe(`text-${number}`);
        expect(record.partition).toBe(partitionOf(record.key ?? '', 4));
        expect(record.timestampMs).toBeGreaterThan(1_600_000_000_000);
      }
      for (const partition of [0, 1, 2, 3]) {
        const own = handler.records.filter((record) => record.partition === partition);
        expect(own.map(({ offset }) => offset)).toEqual(own.map((_, i) => i));
        const numbers = own.map(({ headers }) => Number(headers['number']));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }
    });

    it('tells where the records of a time lie', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      expect(await log.positions(topic)).toEqual([{ partition: 0, first: 0, end: 0 }]);
      await log.publish(messages(topic, 3));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const betweenMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await log.publish(messages(topic, 2, 3));
      expect(await log.positions(topic)).toEqual([{ partition: 0, first: 0, end: 5 }]);
      expect(await log.positions(topic, betweenMs)).toEqual([{ partition: 0, first: 3, end: 5 }]);
      expect(await log.positions(topic, Date.now() + 60_000)).toEqual([{ partition: 0, first: 5, end: 5 }]);
    });

    it('keeps binary values', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      const value = Uint8Array.from({ length: 256 }, (_, i) => i);
      const handler = new Collecting();
      await log.consume({ topic, group: randomUUID(), handler });
      await log.publish([
        { topic, key: 'a', value },
        { topic, key: 'a', value: new Uint8Array(0) },
      ]);
      await expect.poll(() => handler.records.map((record) => [...record.value]), WAIT).toEqual([[...value], []]);
    });

    it('gives every group every record, and a new group the old ones', async () => {
      const log = await connect();
      const topic = await fixture().topic(2);
      await log.publish(messages(topic, 20));
      const handlers = [new Collecting(), new Collecting()];
      for (const handler of handlers) await log.consume({ topic, group: randomUUID(), handler });
      for (const handler of handlers) await expect.poll(() => handler.records.length, WAIT).toBe(20);
    });

    it('begins at the end where a new group asks for it', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      await log.publish(messages(topic, 5));
      const handler = new Collecting();
      await log.consume({ topic, group: randomUUID(), handler, startAt: 'latest' });
      await expect.poll(() => handler.assignedNow.size, WAIT).toBe(1);
      await log.publish(messages(topic, 5, 5));
      await expect.poll(() => handler.texts.at(-1), WAIT).toBe('text-9');
      expect(handler.texts).not.toContain('text-0');
    });

    it('goes on at the offset of the group', async () => {
      const log = await connect();
      const topic = await fixture().topic(2);
      const group = randomUUID();
      const first = new Collecting();
      const consumption = await log.consume({ topic, group, handler: first });
      await log.publish(messages(topic, 30));
      await expect.poll(() => first.records.length, WAIT).toBe(30);
      await consumption.stop();
      expect(first.assignedNow.size).toBe(0);
      await log.publish(messages(topic, 10, 30));
      const second = new Collecting();
      await log.consume({ topic, group, handler: second });
      await expect.poll(() => second.records.length, WAIT).toBe(10);
      expect(sorted(second.texts)).toEqual(sorted(messages(topic, 10, 30).map((m) => Buffer.from(m.value).toString())));
    });

    it('reads from where the handler says on assignment, clipped to what the log holds', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      const group = randomUUID();
      const first = new Collecting();
      const consumption = await log.consume({ topic, group, handler: first });
      await log.publish(messages(topic, 10));
      await expect.poll(() => first.records.length, WAIT).toBe(10);
      await consumption.stop();
      for (const [from, count] of [
        [4, 6],
        [0, 10],
      ] as const) {
        const handler = new Collecting({ from: () => from });
        const replay = await log.consume({ topic, group, handler });
        await expect.poll(() => handler.records.length, WAIT).toBe(count);
        expect(handler.records[0]?.offset).toBe(from);
        await replay.stop();
      }
      const beyond = new Collecting({ from: () => 1_000 });
      await log.consume({ topic, group, handler: beyond });
      await expect.poll(() => beyond.assignedNow.size, WAIT).toBe(1);
      await log.publish(messages(topic, 1, 10));
      await expect.poll(() => beyond.texts, WAIT).toEqual(['text-10']);
    });

    it('brings a rejected batch again, in order, and leaves out nothing', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      let failures = 3;
      const handler = new Collecting({
        onBatch: () => {
          if (failures === 0) return Promise.resolve();
          failures -= 1;
          return Promise.reject(new Error('not now'));
        },
      });
      await log.publish(messages(topic, 20));
      await log.consume({ topic, group: randomUUID(), handler });
      await expect.poll(() => handler.texts, WAIT).toEqual(messages(topic, 20).map((_, i) => `text-${i}`));
    });

    it('goes back where the handler seeks', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      let sought = false;
      const handler = new Collecting({
        onBatch: (records, context) => {
          if (!sought && records.at(-1)?.offset === 9) {
            sought = true;
            context.seek(3);
          }
          return Promise.resolve();
        },
      });
      await log.publish(messages(topic, 10));
      await log.consume({ topic, group: randomUUID(), handler });
      await expect.poll(() => handler.records.length, WAIT).toBe(17);
      expect(handler.records.slice(10).map(({ offset }) => offset)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    });

    it('tells how far behind a batch is', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      const ends: number[] = [];
      const handler = new Collecting({
        onBatch: (_, { endOffset }) => {
          ends.push(endOffset);
          return Promise.resolve();
        },
      });
      await log.publish(messages(topic, 10));
      await log.consume({ topic, group: randomUUID(), handler });
      await expect.poll(() => handler.records.length, WAIT).toBe(10);
      expect(ends.at(-1)).toBe(10);
    });

    it('shares the partitions of a group, within one client and between clients', async () => {
      const topic = await fixture().topic(4);
      const group = randomUUID();
      const [first, second] = [await connect(), await connect()];
      const handlers = [new Collecting(), new Collecting(), new Collecting()];
      const consumptions = [
        await first.consume({ topic, group, handler: handlers[0]! }),
        await first.consume({ topic, group, handler: handlers[1]! }),
        await second.consume({ topic, group, handler: handlers[2]! }),
      ];
      const shares = (): number[] => handlers.map(({ assignedNow }) => assignedNow.size).sort();
      await expect.poll(shares, WAIT).toEqual([1, 1, 2]);
      expect(sorted(handlers.flatMap(({ assignedNow }) => [...assignedNow].map(String)))).toEqual(['0', '1', '2', '3']);
      await consumptions[0]!.stop();
      await expect.poll(shares, WAIT).toEqual([0, 2, 2]);
      await first.publish(messages(topic, 50));
      const seen = (): string[] => sorted(new Set(handlers.flatMap(({ texts }) => texts)));
      await expect.poll(seen, WAIT).toEqual(sorted(messages(topic, 50).map((_, i) => `text-${i}`)));
    });

    it('holds a slow partition back without holding back the others', async () => {
      const log = await connect();
      const topic = await fixture().topic(2);
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const handler = new Collecting({
        onBatch: (records) => (records[0]?.partition === 0 ? gate : Promise.resolve()),
      });
      await log.consume({ topic, group: randomUUID(), handler });
      const sent = messages(topic, 60);
      await log.publish(sent);
      const inOne = sent.filter(({ key }) => partitionOf(key, 2) === 1).length;
      await expect.poll(() => handler.records.length, WAIT).toBe(inOne);
      release();
      await expect.poll(() => handler.records.length, WAIT).toBe(60);
    });

    it('finishes the batch in hand before it stops', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      let begun = false;
      const handler = new Collecting({
        onBatch: async () => {
          begun = true;
          await new Promise((resolve) => setTimeout(resolve, 150));
        },
      });
      const consumption = await log.consume({ topic, group: randomUUID(), handler });
      await log.publish(messages(topic, 1));
      await expect.poll(() => begun, WAIT).toBe(true);
      await consumption.stop();
      expect(handler.texts).toEqual(['text-0']);
      expect(handler.revocations).toBe(1);
    });

    it('refuses a record that is too large, and publishes none of its batch', async () => {
      const log = await connect();
      const topic = await fixture().topic(1);
      const records = [...messages(topic, 1), { topic, key: 'big', value: new Uint8Array(3_000_000) }];
      await expect(log.publish(records)).rejects.toMatchObject({ code: 'too-large', retriable: false });
      await log.publish(messages(topic, 1, 7));
      const handler = new Collecting();
      await log.consume({ topic, group: randomUUID(), handler });
      await expect.poll(() => handler.texts, WAIT).toEqual(['text-7']);
    });

    it('answers for its health', async () => {
      const log = await connect();
      await expect.poll(() => log.health(), WAIT).toEqual({ ready: true });
    });
  });
}
