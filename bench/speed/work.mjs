// One measured piece of work in a process of its own: `node work.mjs NAME`, with options as JSON in and a result as JSON out.
// Started by `bench/speed.mjs`, which says what a result is compared with.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { json } from 'node:stream/consumers';

import Redis from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';

import { encodeSyscallBatch } from '@plimsoll/contracts';
import { KafkaLog } from '@plimsoll/kafka-log';
import { fixedProfiles, frequencyOperator, sequenceOperator } from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisStateStore } from '@plimsoll/redis-store';
import { runOperator } from '@plimsoll/streaming';

import { PlainDetector } from './plain-detector.mjs';
import { recordedBatches } from './traces.mjs';

const BUDGET = { falseAlertsPerDay: 1 };
const OPERATORS = { sequence: sequenceOperator, frequency: frequencyOperator };
const WORK = { fill, bare, plain, sequence: detector, frequency: detector };

/** Fills two topics with the same calls: as the collector sends them, and as two bytes a call. */
async function fill({ brokers, topic, plainTopic, partitions, ...batches }) {
  const kafka = client(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const topics = [topic, plainTopic, `${plainTopic}.out`, 'verdicts', 'dead-letters'];
  const known = new Set(await admin.listTopics());
  const made = topics.filter((one) => !known.has(one)).map((one) => ({ topic: one, numPartitions: partitions }));
  await admin.createTopics({ topics: made, waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  const told = { records: 0, calls: 0, bytes: 0 };
  let waiting = [];
  const send = async () => {
    const of = (value) => waiting.map(({ batch }, i) => ({ key: batch.container, value: value(batch, i) }));
    await producer.send({ topic, acks: 1, messages: of((_, i) => waiting[i].value) });
    await producer.send({ topic: plainTopic, acks: 1, messages: of(({ numbers }) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)) }); // prettier-ignore
    waiting = [];
  };
  let waitingBytes = 0;
  for (const batch of recordedBatches(batches)) {
    const value = Buffer.from(encodeSyscallBatch(batch));
    waiting.push({ batch, value });
    waitingBytes += value.length;
    told.records += 1;
    told.calls += batch.count;
    told.bytes += value.length;
    if (waitingBytes > 600_000) {
      await send();
      waitingBytes = 0;
    }
  }
  await send();
  await producer.disconnect();
  return told;
}

/** A consumer that only counts bytes: what reading costs. */
async function bare({ brokers, topic, group, records }) {
  const meter = new Meter();
  await consume(brokers, topic, group, records, meter, ({ messages }) => {
    for (const { value } of messages) meter.bytes += value.length;
  });
  return meter.result();
}

/** What a short program would do: bags of six by a table, a verdict a thousand calls, one checkpoint a batch in Redis. */
async function plain({ brokers, topic, group, records, redis }) {
  const store = new Redis(redis);
  const kafka = client(brokers);
  const producer = kafka.producer();
  await producer.connect();
  const partitions = new Map();
  const meter = new Meter();
  const model = PlainDetector.learn(recordedBatches({ calls: 200_000, containers: 50, perMessage: 512 }));
  await consume(brokers, topic, group, records, meter, async ({ partition, messages }) => {
    const detectors = partitions.get(partition) ?? new Map();
    partitions.set(partition, detectors);
    const verdicts = [];
    const changed = new Map();
    for (const { key, value } of messages) {
      const container = key.toString();
      let one = detectors.get(container);
      if (one === undefined) detectors.set(container, (one = new PlainDetector(model)));
      one.step(container, value, verdicts);
      changed.set(container, one);
    }
    if (verdicts.length > 0) await producer.send({ topic: `${topic}.out`, acks: -1, messages: verdicts });
    const fields = [...changed].flatMap(([container, one]) => [container, one.encode()]);
    await store
      .multi()
      .hset(`${group}:${partition}`, 'offset', messages.at(-1).offset, ...fields)
      .exec();
  });
  return meter.result();
}

/** A detector as its service runs it, on Kafka and Redis. */
async function detector({ name, brokers, topic, group, records, redis, profile, shared }) {
  const log = new KafkaLog({ brokers: brokers.split(',') });
  const store = new RedisStateStore(new RedisConnection({ ...parseRedisUrl(redis), keyPrefix: group }));
  const operator = { ...OPERATORS[name](fixedProfiles([profile]), BUDGET), topic, name: group };
  const meter = new Meter();
  let seen = 0;
  let published = 0;
  await new Promise((resolve) => {
    void runOperator(operator, {
      log,
      store,
      observer: (event) => {
        if (event.type === 'dead-letter' || event.type === 'retry') process.stderr.write(`${JSON.stringify(event)}\n`);
        if (event.type !== 'processed') return;
        meter.start();
        seen += event.records;
        meter.bytes += event.sizeBytes;
        meter.steps += 1;
        published += event.published;
        if (shared) process.send({ records: event.records });
        else if (seen >= records) resolve();
      },
    });
    // The one that started us adds up what the members of a group have seen.
    process.once('message', resolve);
  });
  return { ...meter.result(), published };
}

async function consume(brokers, topic, groupId, records, meter, work) {
  const consumer = client(brokers).consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  await new Promise((resolve) => {
    void consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        meter.start();
        await work(batch);
        meter.steps += 1;
        seen += batch.messages.length;
        if (seen >= records) resolve();
      },
    });
  });
}

function client(brokers) {
  return new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
}

/** Time and processor time of this process from the first batch to the last. */
class Meter {
  bytes = 0;
  steps = 0;
  #startedMs = 0;
  #before;

  start() {
    if (this.#startedMs > 0) return;
    this.#startedMs = performance.now();
    this.#before = process.cpuUsage();
  }

  result() {
    const { user, system } = process.cpuUsage(this.#before);
    const seconds = (performance.now() - this.#startedMs) / 1e3;
    const endedMs = performance.timeOrigin + performance.now();
    return { seconds, cpuSeconds: (user + system) / 1e6, bytes: this.bytes, steps: this.steps, startedMs: endedMs - seconds * 1e3, endedMs }; // prettier-ignore
  }
}

const name = process.argv[2];
const result = await WORK[name]({ name, ...(await json(process.stdin)) });
process.stdout.write(`${JSON.stringify({ ...result, rssBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
process.exit(0);
