// What tracing costs the traced program: requests a second of a small HTTP server, plain and under strace.
//   node bench/strace-overhead.mjs [--seconds 3]
// Needs strace and the right to trace (root or SYS_PTRACE). Loopback only.
import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { execPath, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { attachStrace } from '../libs/sources/dist/strace/attach.js';
import { CARRYING_CALLS } from '../libs/sources/dist/strace/strace-arguments.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } });
const PORT = 18_473;
const SERVER = `require('node:http').createServer((request, response) => response.end('ok')).listen(${PORT}, '127.0.0.1')`;
const COMMAND = [execPath, '-e', SERVER];

const plain = await plainRate();
report('not traced', plain, 0);
for (const [title, options] of [
  ['attached, all calls', {}],
  ['attached, calls that carry data', { calls: CARRYING_CALLS }],
]) {
  const server = spawn(COMMAND[0], COMMAND.slice(1), { stdio: 'ignore' });
  await sleep(1_000);
  await traced(title, { pid: server.pid }, options);
  server.kill();
  await sleep(300);
}
await traced('started, all calls', { command: COMMAND }, {});
await traced('started, calls that carry data (seccomp)', { command: COMMAND }, { calls: CARRYING_CALLS });
await traced('started, accept and execve (seccomp)', { command: COMMAND }, { calls: ['accept4', 'execve'] });

async function plainRate() {
  const server = spawn(COMMAND[0], COMMAND.slice(1), { stdio: 'ignore' });
  await sleep(1_000);
  const rate = await load();
  server.kill();
  await sleep(300);
  return rate;
}

async function traced(title, target, options) {
  const stop = new globalThis.AbortController();
  const trace = await attachStrace(target, { ...options, signal: stop.signal });
  const read = (async () => {
    for await (const item of trace.items) void item;
  })();
  await sleep(2_000);
  const before = trace.counts.events;
  const rate = await load();
  const calls = trace.counts.events - before;
  stop.abort();
  await read;
  report(title, rate, calls / Number(values.seconds));
}

async function load() {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const end = performance.now() + Number(values.seconds) * 1e3;
  let done = 0;
  const client = async () => {
    while (performance.now() < end) {
      await request(agent);
      done++;
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  agent.destroy();
  return done / Number(values.seconds);
}

function request(agent) {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: PORT, path: '/', agent }, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject);
  });
}

function report(title, rate, calls) {
  const share = ((100 * rate) / plain).toFixed(0).padStart(4);
  stdout.write(
    `${rate.toFixed(0).padStart(7)} requests/s ${share} % ${calls.toFixed(0).padStart(8)} calls/s   ${title}\n`,
  );
}
