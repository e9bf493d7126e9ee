import { randomUUID } from 'node:crypto';

import type { BatchContext, LogRecord, OutgoingRecord, PartitionHandler } from '@plimsoll/streaming';
import { partitionOf } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { kafkaClient } from './kafka-client.js';
import { KafkaLog } from './kafka-log.js';
import { applyTopics } from './kafka-topics.js';

/*
 * Known faults of kafkajs, each survived. The session is the shortest that a broker allows by default.
 */
const SESSION_MS = 6_000;
const WAIT = { timeout: 60_000, interval: 20 };

const servers = testServers();
const brokers = (servers?.kafkaBrokers ?? '').split(',');

/** A member of a group that counts what each of its calls was given. */
class Member implements PartitionHandler {
  readonly seen: { readonly partition: number; readonly offset: number }[] = [];
  readonly held = new Set<number>();
  readonly contexts: BatchContext[] = [];
  assignments = 0;
  onBatch: (partition: number, records: readonly LogRecord[]) => Promise<void> = () => Promise.resolve();

  assigned(partition: number): Promise<undefined> {
    this.held.add(partition);
    this.assignments += 1;
    return Promise.resolve(undefined);
  }

  async batch(partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    this.contexts.push(context);
    this.seen.push(...records.map(({ offset }) => ({ partition, offset })));
    await this.onBatch(partition, records);
  }

  revoked(partition: number): Promise<void> {
    this.held.delete(partition);
    return Promise.resolve();
  }
}

function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    opened,
    open: () => {
      open();
    },
  };
}

describe.skipIf(servers === undefined)('faults of kafkajs', () => {
  const logs: KafkaLog[] = [];
  const newLog = (): KafkaLog => {
    const log = new KafkaLog({ brokers, sessionTimeoutMs: SESSION_MS });
    logs.push(log);
    return log;
  };
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });

  const newTopic = async (partitions: number): Promise<string> => {
    const name = `test-${randomUUID()}`;
    await applyTopics({ brokers }, [{ name, partitions, retentionMs: 3_600_000, compacted: false, key: 'any' }]);
    return name;
  };

  const inPartition = (topic: string, partition: number, of: number, count: number): OutgoingRecord[] => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `key-${i}`).filter(
      (key) => partitionOf(key, of) === partition,
    );
    return Array.from({ length: count }, (_, i) => ({ topic, key: keys[0] ?? '', value: Buffer.from(String(i)) }));
  };

  it('stays a member through a batch that is longer than the session, and lets others join (kafkajs#1764)', async () => {
    const topic = await newTopic(2);
    const group = randomUUID();
    const first = new Member();
    const long = gate();
    first.onBatch = () => long.opened;
    const log = newLog();
    await log.publish([...inPartition(topic, 0, 2, 1), ...inPartition(topic, 1, 2, 1)]);
    await log.consume({ topic, group, handler: first });
    await expect.poll(() => first.seen.length, WAIT).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, SESSION_MS * 1.5));
    expect(first.contexts.every((context) => context.owned())).toBe(true);
    expect(first.assignments).toBe(2);

    const second = new Member();
    const joinedMs = Date.now();
    await newLog().consume({ topic, group, handler: second });
    await expect.poll(() => second.held.size, WAIT).toBe(1);
    // Joining does not wait for the long batches to end.
    expect(Date.now() - joinedMs).toBeLessThan(SESSION_MS);
    long.open();
  });

  it('hands out nothing of a partition that was taken away, and says so to the batch in hand (kafkajs#1046)', async () => {
    const topic = await newTopic(2);
    const group = randomUUID();
    const first = new Member();
    const slow = gate();
    first.onBatch = () => slow.opened;
    const log = newLog();
    await log.publish([...inPartition(topic, 0, 2, 1), ...inPartition(topic, 1, 2, 1)]);
    await log.consume({ topic, group, handler: first });
    await expect.poll(() => first.seen.length, WAIT).toBe(2);
    // More is fetched ahead while the batches in hand wait.
    await log.publish([...inPartition(topic, 0, 2, 50), ...inPartition(topic, 1, 2, 50)]);
    await new Promise((resolve) => setTimeout(resolve, 500));

    const second = new Member();
    await newLog().consume({ topic, group, handler: second });
    await expect.poll(() => second.held.size, WAIT).toBe(1);
    const moved = [...second.held][0]!;
    const at = first.seen.findIndex(({ partition }) => partition === moved);
    await expect.poll(() => first.contexts[at]?.owned(), WAIT).toBe(false);
    expect(first.contexts[at]?.signal.aborted).toBe(true);
    expect(first.contexts[1 - at]?.owned()).toBe(true);
    slow.open();
    await expect.poll(() => second.seen.length, WAIT).toBe(51);
    await expect.poll(() => first.seen.length, WAIT).toBe(52);
    expect(first.seen.filter(({ partition }) => partition === moved)).toHaveLength(1);
    await expect.poll(() => first.held.has(moved), WAIT).toBe(false);
  });

  it('goes on where it was in the partitions it keeps through a rebalance (kafkajs#28)', async () => {
    const topic = await newTopic(2);
    const group = randomUUID();
    const first = new Member();
    first.onBatch = () => new Promise((resolve) => setTimeout(resolve, 2));
    const log = newLog();
    await log.consume({ topic, group, handler: first });
    const feeding = new AbortController();
    let sent = 0;
    const feed = (async () => {
      while (!feeding.signal.aborted) {
        await log.publish([...inPartition(topic, 0, 2, 1), ...inPartition(topic, 1, 2, 1)]);
        sent += 1;
      }
    })();
    await expect.poll(() => first.seen.length, WAIT).toBeGreaterThan(100);
    // A guest comes and goes; each time kafkajs forgets how far it was since the last commit.
    const guest = await newLog().consume({ topic, group, handler: new Member() });
    await expect.poll(() => first.held.size, WAIT).toBe(1);
    const [kept] = [...first.held];
    await guest.stop();
    await expect.poll(() => first.held.size, WAIT).toBe(2);
    feeding.abort();
    await feed;
    const last = (partition: number): number =>
      Math.max(...first.seen.filter((one) => one.partition === partition).map(({ offset }) => offset));
    await expect.poll(() => [last(0), last(1)], WAIT).toEqual([sent - 1, sent - 1]);
    const offsets = first.seen.filter(({ partition }) => partition === kept).map(({ offset }) => offset);
    expect(offsets).toEqual(Array.from({ length: sent }, (_, i) => i));
  });

  it('waits for a topic that does not exist yet, and says so', async () => {
    const name = `test-${randomUUID()}`;
    const log = newLog();
    const member = new Member();
    await log.consume({ topic: name, group: randomUUID(), handler: member });
    await expect.poll(async () => JSON.stringify(await log.health()), WAIT).toContain(name);
    await applyTopics({ brokers }, [{ name, partitions: 1, retentionMs: 3_600_000, compacted: false, key: 'any' }]);
    await log.publish(inPartition(name, 0, 1, 3));
    await expect.poll(() => member.seen.length, WAIT).toBe(3);
    expect(await log.health()).toEqual({ ready: true });
  });

  it('reads partitions that a topic gets later', async () => {
    const name = await newTopic(1);
    const log = newLog();
    const member = new Member();
    await log.consume({ topic: name, group: randomUUID(), handler: member });
    await expect.poll(() => member.held.size, WAIT).toBe(1);
    const more = { name, partitions: 3, retentionMs: 3_600_000, compacted: false, key: 'any' };
    await applyTopics({ brokers }, [more], { allowChanges: true });
    // Members notice when they renew what they know of the topic, twice a minute; a new client knows at once.
    await newLog().publish([0, 1, 2].flatMap((partition) => inPartition(name, partition, 3, 2)));
    await expect.poll(() => member.seen.length, { timeout: 90_000, interval: 100 }).toBeGreaterThanOrEqual(6);
    expect([...member.held].sort()).toEqual([0, 1, 2]);
  });

  it('finds its offset again in a topic that was deleted and made anew', async () => {
    const name = await newTopic(1);
    const log = newLog();
    const member = new Member();
    await log.publish(inPartition(name, 0, 1, 10));
    await log.consume({ topic: name, group: randomUUID(), handler: member });
    await expect.poll(() => member.seen.length, WAIT).toBe(10);
    const admin = kafkaClient({ brokers }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [name] });
    await admin.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await applyTopics({ brokers }, [{ name, partitions: 1, retentionMs: 3_600_000, compacted: false, key: 'any' }]);
    const fresh = newLog();
    await expect
      .poll(
        async () => {
          await fresh.publish(inPartition(name, 0, 1, 1));
          return member.seen.length;
        },
        { timeout: 90_000, interval: 500 },
      )
      .toBeGreaterThan(10);
  });
});
