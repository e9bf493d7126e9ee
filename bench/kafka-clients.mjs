// What sending and reading our messages costs by kafkajs, which the services use, and by another client beside it.
//   node bench/kafka-clients.mjs --other PATH/node_modules/@platformatic/kafka [--rounds 5] [--megabytes 60]
// The other client is no dependency: install it in a folder of your own. Starts a Kafka on the first core; each piece of
// work is a process on the second. Prints CPU microseconds a message, medians over rounds in turn, and the ratio.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { argv, cpuUsage, execPath, exit, stdout } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { startLocalKafka } from '../e2e/dist/servers/index.js';

const { values } = parseArgs({
  options: {
    other: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '60' },
    work: { type: 'string' },
  },
});
/** A quiet container's calls, an event, 512 calls and 4,096 calls; and messages of one send. */
const SIZES = [
  [80, 512],
  [1_500, 256],
  [1_936, 256],
  [15_480, 32],
];
const KEYS = 50;

if (values.work) await work(JSON.parse(values.work));
else await compare();

async function compare() {
  const kafka = await startLocalKafka(1, { fullSpeed: true });
  try {
    for (const { pid } of kafka.nodes) await once(spawn('taskset', ['-a', '-c', '-p', '0', String(pid)]), 'close');
    const [brokers] = [kafka.brokers];
    stdout.write('| bytes a message | | kafkajs µs | other µs | other / kafkajs |\n|---:|---|---:|---:|---:|\n');
    for (const [size, batch] of SIZES) {
      const messages = Math.ceil(Math.min(Number(values.megabytes) * 1e6, 300_000 * size) / size / batch) * batch;
      const topic = `size-${size}`;
      const base = { brokers, topic, size, batch, messages, other: values.other };
      await run({ ...base, name: 'create' });
      await run({ ...base, name: 'kafkajs', does: 'produce' });
      for (const does of ['produce', 'consume']) {
        const found = { kafkajs: [], other: [] };
        for (let round = 0; round < Number(values.rounds); round++) {
          for (const name of ['kafkajs', 'other']) {
            const to = does === 'produce' ? `${topic}-out` : topic;
            const us = await run({ ...base, topic: to, name, does, group: `${name}-${size}-${round}` });
            found[name].push(us / messages);
          }
        }
        const [own, other] = [median(found.kafkajs), median(found.other)];
        const ratio = median(found.other.map((us, i) => us / found.kafkajs[i]));
        stdout.write(`| ${size} | ${does} | ${own.toFixed(2)} | ${other.toFixed(2)} | ${ratio.toFixed(2)} |\n`);
      }
    }
  } finally {
    await kafka.close();
  }
}

async function run(options) {
  const args = ['-c', '1', execPath, fileURLToPath(import.meta.url), '--work', JSON.stringify(options)];
  const child = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${options.name} ${options.does ?? ''} ended with ${code}: ${argv.join(' ')}`);
  return Number(text);
}

/** Does one piece of work and prints its microseconds of processor time; the first tenth warms it up. */
async function work({ name, does, ...options }) {
  const { Kafka, logLevel } = await import('kafkajs');
  const client = new Kafka({ brokers: options.brokers.split(','), logLevel: logLevel.NOTHING });
  if (name === 'create') {
    const admin = client.admin();
    await admin.connect();
    const topics = [options.topic, `${options.topic}-out`].map((topic) => ({ topic, numPartitions: 4 }));
    await admin.createTopics({ topics, waitForLeaders: true });
    await admin.disconnect();
    exit(0);
  }
  const parts = name === 'kafkajs' ? ofKafkajs(client, options) : await ofOther(options);
  const before = await parts[does]();
  const { user, system } = cpuUsage(before);
  stdout.write(String(((user + system) * 10) / 9), () => exit(0));
}

function ofKafkajs(client, { topic, group, messages, size, batch }) {
  return {
    async produce() {
      const producer = client.producer();
      await producer.connect();
      return sent(messages, size, batch, (records) => producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: records }] })); // prettier-ignore
    },
    async consume() {
      const consumer = client.consumer({ groupId: group });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      return read(messages, (take) => {
        void consumer.run({
          autoCommit: false,
          eachBatch: ({ batch: { messages: found } }) => {
            for (const message of found) take(message.value.length);
            return Promise.resolve();
          },
        });
      });
    },
  };
}

async function ofOther({ other, brokers, topic, group, messages, size, batch }) {
  const { Producer, Consumer, ProduceAcks, MessagesStreamModes } = await import(
    pathToFileURL(`${other}/dist/index.js`).href
  );
  const common = { clientId: 'bench', bootstrapBrokers: brokers.split(',') };
  return {
    async produce() {
      const producer = new Producer(common);
      return sent(messages, size, batch, (records) =>
        producer.send({ acks: ProduceAcks.ALL, messages: records.map((record) => ({ topic, ...record })) }),
      );
    },
    async consume() {
      const consumer = new Consumer({ ...common, groupId: group, minBytes: 1, maxWaitTime: 100 });
      const stream = await consumer.consume({
        autocommit: false,
        topics: [topic],
        mode: MessagesStreamModes.EARLIEST,
        maxBytes: 10_485_760,
        highWaterMark: 4_096,
      });
      return read(messages, (take) => {
        stream.on('data', ({ value }) => take(value.length));
      });
    },
  };
}

async function sent(messages, size, batch, send) {
  const value = randomBytes(size);
  let before;
  for (let at = 0; at < messages; at += batch) {
    if (before === undefined && at >= messages / 10) before = cpuUsage();
    await send(Array.from({ length: batch }, (_, i) => ({ key: Buffer.from(`container-${(at + i) % KEYS}`), value })));
  }
  return before;
}

function read(messages, start) {
  let [count, bytes, before] = [0, 0];
  return new Promise((resolve) => {
    start((length) => {
      count += 1;
      bytes += length;
      if (before === undefined && count >= messages / 10) before = cpuUsage();
      if (count === messages && bytes > 0) resolve(before);
    });
  });
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
