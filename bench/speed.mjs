// How fast each part is, beside a peer or a limit that is measured in the same run: rounds of all rows in turn, medians
// and spread. Processor time is what counts; on a machine that does other work as well only the ratios hold.
//   npm run bench -- [--only parse,score,bags,decode,quiet,events,pipeline,growth] [--rounds 5] [--calls 40000000] [--json FILE]
//                    [--peer COMMAND]
//   npm run bench -- --only latency,collector
// `pipeline` and `growth` start a Kafka and a Redis of their own, on one core, and each row on the other (taskset).
// `latency` starts the five services too and takes five minutes; `collector` starts the collector. On a machine that does other
// work, `chrt -r 1` before the command gives all that is started here the processors first.
// A peer is a program that reads the calls at two bytes each, as the plain detector does: it is given brokers, topic, topic
// for verdicts, consumer group and number of messages, and prints `{"wall": seconds, "cpu": seconds}` as its last line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { execPath, stdout, version } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';

import Redis from 'ioredis';

import { startLocalKafka, startLocalRedis } from '../e2e/dist/servers/index.js';
import { collector } from './speed/collector.mjs';
import { latency, latencyTable } from './speed/latency.mjs';
import { learned } from './speed/traces.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'parse,score,bags,decode,quiet,events,pipeline,growth' },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '40000000' },
    json: { type: 'string' },
    peer: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds);
const CALLS = Number(values.calls);
const PARTITIONS = 4;
const OWN_CORE = cpus().length > 1 ? '1' : '0';
let topics = 0;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Sections whose work needs no server: each row is a process that is told to do it once a round. The first row is the peer. */
const HELD = {
  parse: {
    unit: 'lines',
    rows: [
      ['split lines', 'split', {}],
      ['strace: calls', 'strace', {}],
      ['strace: calls, requests and statements', 'strace', { rebuilt: true }],
      ['strace: messages with events', 'collected', {}],
    ],
  },
  score: {
    unit: 'calls',
    rows: [
      ['plain JavaScript, bags of 6', 'scorePlain', { calls: 2_000_000 }],
      ['sequence', 'score', { detector: 'sequence', calls: 2_000_000 }],
      ['frequency', 'score', { detector: 'frequency', calls: 2_000_000 }],
    ],
  },
  bags: {
    unit: 'calls',
    rows: [
      ['as learned', 'score', { detector: 'sequence', calls: 500_000 }],
      ['20,000 runs of six', 'score', { detector: 'sequence', calls: 500_000, trails: 20_000 }],
      ['60,000', 'score', { detector: 'sequence', calls: 500_000, trails: 60_000 }],
      ['200,000, the most', 'score', { detector: 'sequence', calls: 500_000, trails: 200_000 }],
    ],
  },
  decode: {
    unit: 'calls',
    rows: [
      ['copy of the bytes', 'decode', { calls: 2_000_000, perMessage: 512, copy: true }],
      ['batches of 512 calls', 'decode', { calls: 2_000_000, perMessage: 512 }],
      ['batches of 4,096 calls', 'decode', { calls: 2_000_000, perMessage: 4_096 }],
      ['batches as a collector cuts them', 'decode', { calls: 2_000_000 }],
    ],
  },
  quiet: {
    unit: 'messages',
    rows: [
      ['10 containers', 'quiet', { containers: 10, calls: 1_000_000 }],
      ['10,000 containers', 'quiet', { containers: 10_000, calls: 1_000_000 }],
    ],
  },
  events: {
    unit: 'events',
    rows: [
      ['JSON.parse of requests', 'events', { kind: 'web-request', application: 'shop', parse: true }],
      ['web requests', 'events', { kind: 'web-request', application: 'shop' }],
      ['SQL statements', 'events', { kind: 'sql-statement', application: 'shop' }],
      ['audit events', 'events', { kind: 'k8s-audit', application: 'cluster' }],
    ],
  },
};

const ON_SERVERS = { pipeline, growth, latency, collector: (servers) => collector(servers, ROUNDS) };

const results = {
  node: version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  date: new Date().toISOString(),
  sections: {},
};
stdout.write(`Node ${version}, ${results.cpu}, ${results.cores} cores, ${results.date}\n`);
for (const name of values.only.split(',')) {
  if (HELD[name]) results.sections[name] = await held(HELD[name]);
  else if (ON_SERVERS[name]) results.sections[name] = await onServers(name);
  else throw new Error(`no section is named '${name}'`);
  if (name === 'latency') stdout.write(latencyTable(results.sections[name]));
  else table(name, results.sections[name]);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

async function held({ unit, rows }) {
  const children = [];
  try {
    for (const [title, name, options] of rows) {
      const child = start('held.mjs', [name, JSON.stringify(options)], ['ignore', 'inherit', 'inherit', 'ipc']);
      children.push({ title, child, rounds: [] });
      await once(child, 'message');
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const { child, rounds } of children) {
        child.send('once');
        const [{ units, bytes, us, rssBytes }] = await once(child, 'message');
        rounds.push({ rate: (units / us) * 1e6, cpuPerMillion: us / units, bytesPerCall: bytes / units, rssBytes });
      }
    }
  } finally {
    for (const { child } of children) child.kill();
  }
  return { unit, rows: children.map(({ title, rounds }) => ({ title, rounds })) };
}

async function onServers(name) {
  const kafka = await startLocalKafka(1, { fullSpeed: true });
  const redis = await startLocalRedis();
  try {
    // Five services beside the servers have both cores, as they come.
    const pids = name === 'latency' ? [] : [...kafka.nodes, redis.node].map(({ pid }) => pid);
    for (const pid of pids) await pinned(['-a', '-c', '-p', '0', String(pid)]);
    return await ON_SERVERS[name]({ brokers: kafka.brokers, redis: redis.url });
  } finally {
    await kafka.close();
    await redis.close();
  }
}

async function pipeline(servers) {
  const filled = await fill(servers, { containers: 50, perMessage: 512, partitions: PARTITIONS, calls: CALLS });
  const busy = await fill(servers, { containers: 50, perMessage: 4_096, partitions: PARTITIONS, calls: CALLS });
  return rounds([
    ['plain JavaScript with a checkpoint, 2 bytes a call', 'plain', filled, 'plainTopic'],
    ...(values.peer ? [['the peer, 2 bytes a call', 'peer', filled, 'plainTopic']] : []),
    ['bare kafkajs, 2 bytes a call', 'bare', filled, 'plainTopic'],
    ['bare kafkajs', 'bare', filled],
    ['sequence-detector', 'sequence', filled],
    ['frequency-detector', 'frequency', filled],
    ['bare kafkajs, 4,096 calls a message', 'bare', busy],
    ['sequence-detector, 4,096 calls a message', 'sequence', busy],
    ['frequency-detector, 4,096 calls a message', 'frequency', busy],
  ]);
}

/** One total of calls from few and many containers, on few and many partitions, and by one and two processes. */
async function growth(servers) {
  const calls = CALLS / 8;
  const few = await fill(servers, { containers: 10, perMessage: 20, partitions: PARTITIONS, calls });
  const many = await fill(servers, { containers: 10_000, perMessage: 20, partitions: PARTITIONS, calls });
  const rows = [
    ['10 containers, 20 calls a message', 'sequence', few],
    ['10,000 containers, 20 calls a message', 'sequence', many],
  ];
  for (const partitions of [1, 2, 4, 8]) {
    const filled = await fill(servers, { containers: 50, perMessage: 512, partitions, calls: 2 * calls });
    rows.push([`${partitions} partition${partitions > 1 ? 's' : ''}`, 'sequence', filled]);
    if (partitions > 1) rows.push([`${partitions} partitions, 2 replicas`, 'sequence', { ...filled, replicas: 2 }]);
  }
  return rounds(rows);
}

async function fill(servers, options) {
  const topic = `calls-${++topics}`;
  const where = { ...servers, topic, plainTopic: `${topic}-plain` };
  const filled = await worked('fill', { ...where, ...options });
  return { ...where, ...filled, containers: options.containers };
}

async function rounds(rows) {
  const profiles = { sequence: learned('sequence'), frequency: learned('frequency') };
  const done = rows.map(([title]) => ({ title, rounds: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [, name, filled, topic = 'topic']] of rows.entries()) {
      const { brokers, redis, records, calls, bytes, containers, replicas } = filled;
      const group = `${name}-${i}-${round}`;
      const options = { brokers, redis, topic: filled[topic], group, records, profile: profiles[name] };
      const before = await redisBytes(redis);
      const result = await (name === 'peer' ? peer(options) : replicas > 1 ? shared(name, options) : worked(name, options)); // prettier-ignore
      done[i].rounds.push({
        rate: calls / result.seconds,
        cpuPerMillion: (result.cpuSeconds / calls) * 1e6,
        usPerMessage: (result.cpuSeconds / records) * 1e6,
        bytesPerCall: (topic === 'topic' ? bytes : 2 * calls) / calls,
        recordsPerStep: records / result.steps,
        rssBytes: result.rssBytes,
        redisBytes: ((await redisBytes(redis)) - before) / containers,
      });
    }
  }
  return { unit: 'calls', rows: done };
}

/** Two members of one group, on any core, of which each ends when the other has told the rest. */
async function shared(name, options) {
  const children = [0, 1].map(() => spawn(execPath, [at('speed/work.mjs'), name], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] })); // prettier-ignore
  let seen = 0;
  const texts = children.map((child) => {
    child.stdin.end(JSON.stringify({ ...options, shared: true }));
    child.on('message', ({ records }) => {
      seen += records;
      if (seen >= options.records) for (const each of children) if (each.connected) each.send('end');
    });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    return once(child, 'close').then(() => JSON.parse(text));
  });
  const results = await Promise.all(texts);
  const sum = (of) => results.reduce((total, each) => total + of(each), 0);
  const seconds = (Math.max(...results.map((one) => one.endedMs)) - Math.min(...results.map((one) => one.startedMs))) / 1e3; // prettier-ignore
  return { seconds, cpuSeconds: sum((one) => one.cpuSeconds), steps: sum((one) => one.steps), rssBytes: sum((one) => one.rssBytes) }; // prettier-ignore
}

/** What Redis holds. */
async function redisBytes(url) {
  const redis = new Redis(url);
  const bytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]);
  redis.disconnect();
  return bytes;
}

async function worked(name, options) {
  const child = start('work.mjs', [name], ['pipe', 'pipe', 'inherit']);
  child.stdin.end(JSON.stringify(options));
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return JSON.parse(text);
}

async function peer({ brokers, topic, group, records }) {
  const args = [brokers, topic, `${topic}.out`, group, String(records)];
  const child = spawn('taskset', ['-c', OWN_CORE, 'sh', '-c', `${values.peer} "$@"`, 'peer', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  const { wall, cpu } = JSON.parse(text.trim().split('\n').at(-1));
  return { seconds: wall, cpuSeconds: cpu, steps: NaN, rssBytes: NaN };
}

/** On the second core, where there is one: the servers have the first. */
function start(script, args, stdio) {
  return spawn('taskset', ['-c', OWN_CORE, execPath, at(`speed/${script}`), ...args], { stdio });
}

async function pinned(args) {
  const [code] = await once(spawn('taskset', args, { stdio: 'ignore' }), 'close');
  if (code !== 0) throw new Error('taskset could not pin a server');
}

function table(name, { unit, rows }) {
  const columns = [
    [`M ${unit}/s`, ({ rate }) => rate / 1e6, 3],
    ['CPU s a million', ({ cpuPerMillion }) => cpuPerMillion, 4],
    ['µs a message', ({ usPerMessage }) => usPerMessage, 1],
    ['bytes a call', ({ bytesPerCall }) => bytesPerCall, 2],
    ['messages a step', ({ recordsPerStep }) => recordsPerStep, 0],
    ['MB', ({ rssBytes }) => rssBytes / 1e6, 0],
    ['Redis, bytes a container', ({ redisBytes }) => redisBytes, 0],
  ].filter(([, value]) => value(rows[0].rounds[0]) !== undefined && !Number.isNaN(value(rows[0].rounds[0])));
  stdout.write(`\n${name}, ${ROUNDS} rounds: median [lowest, highest]; of the first row's CPU, round by round\n\n`);
  stdout.write(
    `| | ${columns.map(([title]) => title).join(' | ')} | × CPU |\n|---|${'---:|'.repeat(columns.length + 1)}\n`,
  );
  for (const row of rows) {
    const cells = columns.map(([, value, digits]) => spread(row.rounds.map(value), digits));
    const ratios = row.rounds.map(({ cpuPerMillion }, i) => cpuPerMillion / rows[0].rounds[i].cpuPerMillion);
    stdout.write(`| ${row.title} | ${cells.join(' | ')} | ${spread(ratios, 2)} |\n`);
  }
}

function spread(numbers, digits) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return sorted.length === 1
    ? middle.toFixed(digits)
    : `${middle.toFixed(digits)} [${sorted[0].toFixed(digits)}, ${sorted.at(-1).toFixed(digits)}]`;
}
