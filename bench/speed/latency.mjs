// How long it takes from what the collector was given to the alert that tells it, with the five services as processes of
// their own: containers of one application each, whose calls come in bodies of 50 ms, and access logs beside them.
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { URL } from 'node:url';

import { encodeJson, sealProfile, TOPICS } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { applicationLearners, CallBatcher } from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisProfileStore } from '@plimsoll/redis-store';
import { openParser } from '@plimsoll/sources';

import { ServiceProcess } from '../../e2e/dist/services/service-process.js';
import { metricOf, post, startCollector } from './collector.mjs';
import { callLines } from './traces.mjs';

const SERVICES = ['collector', 'sequence-detector', 'frequency-detector', 'log-detector', 'alert-service'];
const APPLICATIONS = 20;
const BODY_MS = 50;
/** How late a body's last time may be told: an access log has whole seconds, and what lies in one body is within this. */
const LATE_US = { web: 1_000_001, calls: 2_000 };
/** Calls that the recorded program never makes. */
const FOREIGN = ['ptrace', 'mount', 'pivot_root', 'init_module', 'kexec_load', 'swapon', 'acct', 'chroot'];
/** An update is told at once while an incident has few in a minute: 16. */
const EVERY_MS = 5_000;
/** A window may have two verdicts, and the calls may lie in two windows. */
const STRANGE_MS = 15_000;
/** The first window of an incident is held back, 10 s of event time and the rest of its bucket. */
const HELD_MS = 25_000;

const RATES = [1_000, 10_000, 100_000];
const SECONDS = 45;

/** By rate of calls: milliseconds from what the collector was given to the verdict and the alert, and what services took. */
export async function latency({ brokers, redis }) {
  await applyTopics({ brokers: brokers.split(',') }, Object.values(TOPICS));
  const lines = callLines(200_000);
  const web = (i) => ({ application: `web-${i}`, workload: 'web', container: `web-${i}` });
  const calls = (i) => ({ application: `calls-${i}`, workload: 'web', container: `calls-${i}` });
  await activate(redis, [...profilesOf(web, learnRequests()), ...profilesOf(calls, learnCalls(lines))]);
  const folder = await mkdtemp(join(tmpdir(), 'latency-'));
  const collector = await startCollector(brokers, folder);
  const services = [collector.service];
  const log = new KafkaLog({ brokers: brokers.split(','), fetchLingerMs: 0 });
  try {
    for (const name of SERVICES.slice(1)) {
      services.push(await ServiceProcess.start(name, { KAFKA_BROKERS: brokers, LOG_LEVEL: 'warn', REDIS_URL: redis }));
    }
    await Promise.all(services.map((service) => service.readiness(200)));
    const seen = new Seen();
    await log.consume({ topic: TOPICS.verdicts.name, group: randomUUID(), handler: reading((v, ms) => seen.verdict(v, ms)) }); // prettier-ignore
    await log.consume({
      topic: TOPICS.alerts.name,
      group: randomUUID(),
      handler: reading((a, ms) => seen.alert(a, ms)),
    });
    const url = (where, kind, run) => collector.url(where, kind, `${where.container}-${run}`);
    const rows = [];
    for (const rate of RATES) {
      const run = `at-${rate}`;
      const end = performance.now() + (SECONDS + HELD_MS / 1_000) * 1_000;
      const each = Array.from({ length: APPLICATIONS }, (_, i) => [
        new Container(url(calls(i), 'strace', run), lines, rate / APPLICATIONS, i, seen).until(end),
        requests(url(web(i), 'access-log', run), i, seen, end),
      ]);
      const fromMs = Date.now() + HELD_MS;
      const before = await cpuSeconds(services);
      await Promise.all(each.flat());
      const after = await cpuSeconds(services);
      await wait(3_000);
      const spent = after.map((cpu, k) => (cpu - before[k]) / (SECONDS + HELD_MS / 1_000));
      rows.push({ rate, ...seen.since(fromMs), cores: Object.fromEntries(SERVICES.map((name, k) => [name, spent[k]])) }); // prettier-ignore
      seen.clear();
    }
    return rows;
  } finally {
    await Promise.all(services.map((service) => service.stop()));
    await log.close();
    await rm(folder, { recursive: true });
  }
}

export function latencyTable(rows) {
  const lines = rows.flatMap(({ rate, windows, requests, cores }) => [
    ...Object.entries({ windows, requests }).map(([what, found]) => {
      const { verdictMs = [], alertMs = [], untold = 0 } = found ?? {};
      return `| ${rate} | ${what} | ${alertMs.length} | ${untold} | ${spreadOf(verdictMs)} | ${spreadOf(alertMs)} |`;
    }),
    `| ${rate} | processors: ${Object.entries(cores).map(([name, each]) => `${name} ${each.toFixed(2)}`).join(', ')} |`, // prettier-ignore
  ]);
  const head =
    '| calls/s | | told | not told | ms to the verdict: p50, p99, most | ms to the alert |\n|---:|---|---:|---:|---:|---:|';
  return `\nlatency\n\n${[head, ...lines].join('\n')}\n`;
}

function spreadOf(ms) {
  const sorted = [...ms].sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((p) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]).join(', ');
}

/** What was sent when, and when its verdict and its alert were seen. */
class Seen {
  #sent = new Map();
  #verdicts = new Map();
  #alerts = new Map();

  /** Everything of the container up to this time had been given to the collector by `sentMs`. */
  sent(container, untilUs, sentMs) {
    const of = this.#sent.get(container) ?? [];
    this.#sent.set(container, of);
    of.push([untilUs, sentMs]);
  }

  verdict(verdict, atMs) {
    if (verdict.type !== 'verdict' || verdict.state !== 'anomalous' || this.#verdicts.has(verdict.id)) return;
    const { container, window, detector } = verdict;
    const sent = this.#sent
      .get(container)
      ?.find(([untilUs]) => untilUs >= window.endUs - LATE_US[container.split('-')[0]]);
    if (sent) this.#verdicts.set(verdict.id, { detector, container, sentMs: sent[1], atMs });
  }

  alert(alert, atMs) {
    for (const { data } of alert.evidences) if (!this.#alerts.has(data.verdict)) this.#alerts.set(data.verdict, atMs);
  }

  since(fromMs) {
    const found = {};
    for (const [id, { detector, container, sentMs, atMs }] of this.#verdicts) {
      if (sentMs < fromMs) continue;
      const kind = container.startsWith('web') ? 'requests' : 'windows';
      const row = (found[kind] ??= { verdictMs: [], alertMs: [], untold: 0, detectors: {} });
      row.verdictMs.push(atMs - sentMs);
      row.detectors[detector] = (row.detectors[detector] ?? 0) + 1;
      const alertMs = this.#alerts.get(id);
      if (alertMs === undefined) row.untold += 1;
      else row.alertMs.push(alertMs - sentMs);
    }
    return found;
  }

  clear() {
    this.#sent.clear();
    this.#verdicts.clear();
    this.#alerts.clear();
  }
}

/** One container's calls at one rate, as strace tells them; now and then some that the program never made. */
class Container {
  #at = 0;
  #foreign = 0;
  #owedCalls = 0;

  constructor(url, lines, perSecond, i, seen) {
    Object.assign(this, { url, lines, perSecond, i, seen });
    this.#at = Math.floor((i * lines.length) / APPLICATIONS);
    // Their windows end one after another.
    this.#owedCalls = Math.floor((i * 1_000) / APPLICATIONS);
  }

  async until(endMs) {
    await wait((BODY_MS * this.i) / APPLICATIONS);
    let [lastMs, strangeMs] = [performance.now(), performance.now() + (STRANGE_MS * this.i) / APPLICATIONS];
    for (let nowMs = lastMs; nowMs < endMs; nowMs = performance.now()) {
      if (nowMs > strangeMs) {
        this.#foreign = 400;
        strangeMs += STRANGE_MS;
      }
      this.#owedCalls += (this.perSecond * (nowMs - lastMs)) / 1_000;
      const count = Math.floor(this.#owedCalls);
      this.#owedCalls -= count;
      if (count > 0) await this.#give(count);
      lastMs = nowMs;
      await wait(Math.max(0, nowMs + BODY_MS - performance.now()));
    }
  }

  async #give(count) {
    const sentMs = Date.now();
    const baseUs = sentMs * 1_000 - count;
    const body = [];
    for (let k = 0; k < count; k++) {
      const us = baseUs + k;
      const time = `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
      const [thread, call] = this.#next();
      body.push(`${thread} ${time} ${call}`);
    }
    this.seen.sent(new URL(this.url).searchParams.get('container'), baseUs + count, sentMs);
    await post(this.url, body.join(''));
  }

  #next() {
    const line = this.lines[this.#at++ % this.lines.length];
    if (this.#foreign === 0) return line;
    const name = FOREIGN[(this.#foreign-- * 7) % FOREIGN.length];
    return [this.lines[0][0], `${name}(1) = 0 <0.000010>\n`];
  }
}

async function requests(url, i, seen, endMs) {
  await wait((EVERY_MS * i) / APPLICATIONS);
  const container = new URL(url).searchParams.get('container');
  for (let n = 0; performance.now() < endMs; n++) {
    const sentMs = Date.now();
    seen.sent(container, sentMs * 1_000, sentMs);
    await post(
      url,
      accessLine(sentMs, `10.1.${i}.1`, `/item?id=${n}%27%20UNION%20SELECT%20password%20FROM%20users--%20`),
    );
    await wait(Math.max(0, sentMs + EVERY_MS - Date.now()));
  }
}

function accessLine(ms, address, path) {
  const [, date, time] = /^(\S+)T(\S+)\.\d+Z$/.exec(new Date(ms).toISOString());
  const [year, month, day] = date.split('-');
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1];
  return `${address} - - [${day}/${name}/${year}:${time} +0000] "GET ${path} HTTP/1.1" 200 512 "-" "browser"\n`;
}

/** By application `of`: the sealed profiles of what `learners` made of one. */
function profilesOf(of, learned) {
  return Array.from({ length: APPLICATIONS }, (_, i) => learned.map((one) => sealProfile({ ...one, ...of(i) }))).flat();
}

/** Learned of all, and calibrated by all again and again: only calls that it never makes are to stand out. */
function learnCalls(lines) {
  const where = { application: 'calls', workload: 'web', container: 'calls' };
  return applicationLearners().syscalls.map((learnerOf) => {
    const learner = learnerOf(where);
    for (const batch of batchesOf(where, lines, 'learn')) learner.learn(batch);
    for (let pass = 0; pass < 3; pass++) {
      for (const batch of batchesOf(where, lines, `calibrate-${pass}`)) learner.calibrate(batch);
    }
    return learner.finish();
  });
}

function batchesOf(where, lines, stream) {
  const startUs = Date.now() * 1_000 - lines.length * 200;
  const text = lines.map(([thread, call], k) => `${thread} ${((startUs + k * 200) / 1e6).toFixed(6)} ${call}`).join('');
  const parser = openParser('strace', { ...where, stream, privacy: 'balanced' });
  const batcher = new CallBatcher(where, stream);
  const items = [...parser.push(Buffer.from(text)), ...parser.end()];
  return [...items.flatMap((item) => (item.type === 'calls' ? batcher.push(item.calls) : [])), ...batcher.flush()];
}

function learnRequests() {
  const where = { application: 'web', workload: 'web', container: 'web' };
  const text = Array.from({ length: 3_000 }, (_, n) => accessLine(Date.now() - 3_600_000 + n * 1_000, `10.0.0.${n % 50}`, `/item?id=${n % 400}`)).join(''); // prettier-ignore
  const parser = openParser('access-log', { ...where, stream: 'learn', privacy: 'balanced' });
  const events = [...parser.push(Buffer.from(text)), ...parser.end()].flatMap((item) => item.type === 'event' ? [item.event] : []); // prettier-ignore
  return applicationLearners()
    .logs.filter(({ type }) => type === 'web-request')
    .map(({ learner: learnerOf }) => {
      const learner = learnerOf(where);
      for (const event of events.slice(0, 1_500)) learner.learn(event);
      for (const event of events.slice(1_500)) learner.calibrate(event);
      return learner.finish();
    });
}

async function activate(redis, profiles) {
  const connection = new RedisConnection(parseRedisUrl(redis));
  await connection.ready();
  const store = new RedisProfileStore(connection);
  for (const profile of profiles) {
    await store.put(profile, profile.version, encodeJson(profile));
    await store.activate(profile, profile.version, 'the bench');
  }
  await connection.close();
}

function cpuSeconds(services) {
  return Promise.all(services.map((service) => metricOf(service, 'process_cpu_seconds_total')));
}

function reading(take) {
  return {
    assigned: async () => undefined,
    revoked: async () => undefined,
    async batch(_partition, records) {
      const nowMs = Date.now();
      for (const { value } of records) take(JSON.parse(Buffer.from(value).toString()), nowMs);
    },
  };
}
