// What tracing costs: processor time of a small HTTP server and of its strace for each request, plain and traced.
//   node bench/strace-overhead.mjs [--rounds 9] [--requests 500]
// One server for each way of tracing runs all the time; each round asks every one in turn, in an order that turns with the
// round, and compares it with the untraced server of the same round. Processor time is what the kernel counts for the
// processes (/proc/PID/task/*/schedstat), so that what else runs on the machine hardly shows; a traced program and its
// strace wait for each other, so their sum is also what a request takes longer. Prints the median and the quartiles over
// the rounds. Needs strace and the right to trace (root or SYS_PTRACE); loopback only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { execPath, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { attachStrace } from '../libs/sources/dist/strace/attach.js';
import { CARRYING_CALLS } from '../libs/sources/dist/strace/strace-arguments.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, requests: { type: 'string', default: '500' } },
});
const FIRST_PORT = 18_473;
const CLIENTS = 8;
/** What a detector of sequences keeps of such a server, for want of a profile: calls that open, run, connect and change. */
const KEY_GROUP =
  'execve openat connect accept4 socket clone clone3 fork vfork unlink rename chmod mmap mprotect'.split(' ');
const WAYS = [
  { title: 'not traced' },
  { title: 'attached, all calls', traced: 'attached' },
  { title: 'attached, calls that carry data', traced: 'attached', calls: CARRYING_CALLS },
  { title: 'attached, a key group', traced: 'attached', calls: KEY_GROUP },
  { title: 'started, all calls', traced: 'started' },
  { title: 'started, calls that carry data (seccomp)', traced: 'started', calls: CARRYING_CALLS },
  { title: 'started, a key group (seccomp)', traced: 'started', calls: KEY_GROUP },
];

const runs = [];
for (const [i, way] of WAYS.entries()) runs.push(await start(way, FIRST_PORT + i));
for (let round = 0; round < Number(values.rounds); round++) {
  for (let i = 0; i < runs.length; i++) await measure(runs[(i + round) % runs.length]);
}
report();
for (const run of runs) await run.stop();

async function start(way, port) {
  const code = `require('node:http').createServer((request, response) => response.end('ok')).listen(${port}, '127.0.0.1')`;
  const command = [execPath, '-e', code];
  const run = { ...way, port, serverUs: [], straceUs: [], calls: [], stop: () => Promise.resolve() };
  const stopping = new globalThis.AbortController();
  let server;
  if (way.traced !== 'started') {
    server = spawn(command[0], command.slice(1), { stdio: 'ignore' });
    await listening(port);
  }
  if (way.traced) {
    const target = server ? { pid: server.pid } : { command };
    run.trace = await attachStrace(target, { signal: stopping.signal, ...(way.calls && { calls: way.calls }) });
    const read = (async () => {
      for await (const item of run.trace.items) void item;
    })();
    await listening(port);
    await sleep(500);
    run.stop = async () => {
      stopping.abort();
      await read;
    };
  }
  run.pid = server?.pid ?? processOf(port);
  run.strace = Number(/^TracerPid:\t(\d+)$/m.exec(readFileSync(`/proc/${run.pid}/status`, 'utf8'))[1]);
  const detach = run.stop;
  run.stop = async () => {
    await detach();
    if (server?.kill()) await once(server, 'exit');
  };
  return run;
}

async function measure(run) {
  const requests = Number(values.requests);
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const before = [cpuUs(run.pid), run.strace && cpuUs(run.strace), run.trace?.counts.events ?? 0];
  let next = 0;
  const client = async () => {
    while (next++ < requests) await request(agent, run.port);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  // What strace has under way belongs to these requests.
  await sleep(100);
  run.serverUs.push((cpuUs(run.pid) - before[0]) / requests);
  run.straceUs.push(run.strace ? (cpuUs(run.strace) - before[1]) / requests : 0);
  run.calls.push(((run.trace?.counts.events ?? 0) - before[2]) / requests);
}

function report() {
  const plain = runs[0].serverUs;
  stdout.write(`${values.rounds} rounds of ${values.requests} requests, ${CLIENTS} clients; µs of processor time a request, median [quartiles]\n\n`); // prettier-ignore
  stdout.write(
    '| | server | strace | more than untraced | calls told | µs more a call told |\n|---|---:|---:|---:|---:|---:|\n',
  );
  for (const { title, serverUs, straceUs, calls } of runs) {
    const more = serverUs.map((us, i) => us + straceUs[i] - plain[i]);
    const each = quantile(calls, 0.5) > 1 ? spread(more.map((us, i) => us / calls[i])) : '';
    stdout.write(`| ${title} | ${spread(serverUs)} | ${spread(straceUs)} | ${spread(more)} | ${quantile(calls, 0.5).toFixed(1)} | ${each} |\n`); // prettier-ignore
  }
}

/** Processor time of all threads of a process. */
function cpuUs(pid) {
  const ran = readdirSync(`/proc/${pid}/task`).map((thread) => {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  });
  return ran.reduce((sum, ns) => sum + ns, 0) / 1e3;
}

/** The server that strace started. */
function processOf(port) {
  return readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(`${execPath}\0-e\0`) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`listen(${port},`); // prettier-ignore
    } catch {
      return false;
    }
  });
}

function spread(numbers) {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((at) => quantile(numbers, at).toFixed(0));
  return `${middle} [${low}, ${high}]`;
}

function quantile(numbers, at) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.round(at * (sorted.length - 1))];
}

async function listening(port) {
  const agent = new Agent();
  for (let tries = 0; tries < 400; tries++) {
    try {
      await request(agent, port);
      return;
    } catch {
      await sleep(25);
    }
  }
  throw new Error(`nothing listens on ${port}`);
}

function request(agent, port) {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', agent }, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject);
  });
}
