import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { decodeSyscallBatch, type SourceItem } from '@plimsoll/contracts';
import type { traceLive } from '@plimsoll/sources';
import type { OutgoingRecord } from '@plimsoll/streaming';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { IntakeReport } from '../../intake-report.js';
import { Arrivals } from '../arrivals.js';
import { Checkpoints } from '../follow/checkpoint.js';
import { matchesPattern, whereOfContainer, podOwner } from './container-rules.js';
import { LiveTargets } from './live-targets.js';
import { watchTargets } from './targets-file.js';
import { parseTargets } from './targets.js';

const FALLBACK = { application: 'unassigned', workload: 'unassigned' };
const FILE = `
application: shop
targets:
  - { name: web-log, workload: web, kind: access-log, path: /var/log/apache2/access.log, fromStart: false }
  - { name: db, workload: db, attach: { container: shop-db-1 } }
  - { name: job, workload: job, attach: { command: [node, job.js] } }
containers:
  - { image: "php:*", workload: web }
  - { namespace: billing, application: bills }
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-targets-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('whereOfContainer', () => {
  it('asks rules, then labels, then environment, then names', () => {
    const { containers } = parseTargets(FILE, 'targets');
    const facts = { container: '4a1d8c0f2b3e', image: 'php:8.2-apache', name: 'shop-web-1' };
    expect(whereOfContainer(facts, containers, FALLBACK)).toEqual({
      application: 'unassigned',
      workload: 'web',
      container: '4a1d8c0f2b3e',
    });
    const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'db' };
    expect(whereOfContainer({ container: 'c', labels }, containers, FALLBACK)).toMatchObject({
      application: 'shop',
      workload: 'db',
    });
    const environment = { PLIMSOLL_APPLICATION: 'a', PLIMSOLL_WORKLOAD: 'w' };
    expect(whereOfContainer({ container: 'c', environment }, [], FALLBACK)).toMatchObject({
      application: 'a',
      workload: 'w',
    });
    const pod = { container: 'c', namespace: 'billing', pod: 'api-7d9f8b6c5d-x2x4z', name: 'main' };
    expect(whereOfContainer(pod, containers, FALLBACK)).toMatchObject({ application: 'bills', workload: 'api' });
    expect(whereOfContainer({ container: 'c' }, [], FALLBACK)).toMatchObject(FALLBACK);
  });

  it('takes the random ends off the names of pods', () => {
    expect(['web-7d9f8b6c5d-x2x4z', 'web-x2x4z', 'db-0', 'my-service', 'web'].map(podOwner)).toEqual([
      'web',
      'web',
      'db',
      'my-service',
      'web',
    ]);
  });

  it('matches patterns by their parts, also hostile ones', () => {
    expect(matchesPattern('php:*', 'php:8')).toBe(true);
    expect(matchesPattern('*web*1', 'shop-web-1')).toBe(true);
    expect(matchesPattern('a*a', 'a')).toBe(false);
    expect(matchesPattern('web', 'web-1')).toBe(false);
    expect(matchesPattern('*a'.repeat(100), 'a'.repeat(250) + 'b')).toBe(false);
  });
});

describe('parseTargets', () => {
  it('reads YAML and JSON alike, and an empty file', () => {
    const targets = parseTargets(FILE, 'targets');
    expect(targets.targets.map(({ name, kind }) => [name, kind])).toEqual([
      ['web-log', 'access-log'],
      ['db', 'strace'],
      ['job', 'strace'],
    ]);
    expect(parseTargets(JSON.stringify(targets), 'targets')).toEqual(targets);
    expect(parseTargets('', 'targets').targets).toEqual([]);
  });

  it('tells every problem at once', () => {
    const wrong = 'targets:\n  - { name: "a b", workload: w, path: p }\n  - { name: b, workload: w }\nextra: 1\n';
    expect(() => parseTargets(wrong, 'targets.yaml')).toThrow(/targets\.yaml: .*targets\.0\.name.*; .*extra/s);
    expect(() => parseTargets('a: [', 'targets.yaml')).toThrow(/is no YAML/);
    const twice = 'targets: [{ name: a, workload: w, path: p }, { name: a, workload: w, path: q }]';
    expect(() => parseTargets(twice, 'targets.yaml')).toThrow(/one name/);
  });
});

describe('watchTargets', () => {
  it('gives each new content, and keeps to the last that could be used', async () => {
    const path = join(folder, 'targets.yaml');
    writeFileSync(path, FILE);
    const stop = new AbortController();
    const invalid: string[] = [];
    const seen: number[] = [];
    let valid = 0;
    const watching = (async (): Promise<void> => {
      const options = {
        pollMs: 2,
        signal: stop.signal,
        onInvalid: ({ code }: { code: string }) => invalid.push(code),
        onValid: () => (valid += 1),
      };
      for await (const { targets } of watchTargets(path, options)) seen.push(targets.length);
    })();
    const until = async (done: () => boolean): Promise<void> => {
      for (let i = 0; i < 1_000 && !done(); i++) await wait(2);
    };
    await until(() => seen.length === 1);
    writeFileSync(path, 'targets: nonsense');
    await until(() => invalid.length === 1);
    writeFileSync(path, '{}');
    await until(() => seen.length === 2);
    stop.abort();
    await watching;
    expect(seen).toEqual([3, 0]);
    expect(valid).toBe(1);
    expect(new Set(invalid)).toEqual(new Set(['bad-configuration']));
  });
});

describe('LiveTargets', () => {
  it('starts what is new, stops what is gone, leaves the rest alone', async () => {
    const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')];
    const line = '10.0.0.1 - - [23/Nov/2026:17:40:02 +0000] "GET /p HTTP/1.1" 200 5 "-" "c"\n';
    writeFileSync(one, line);
    writeFileSync(two, line);
    const records: OutgoingRecord[] = [];
    const changes: string[] = [];
    const live = new LiveTargets({
      arrivals: new Arrivals(() => Date.UTC(2100, 0)),
      outbox: { accept: (given) => Promise.resolve(void records.push(...given)) },
      checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
      privacy: 'balanced',
      run: 'r1',
      onChange: (name, state) => changes.push(`${name} ${state}`),
    });
    const file = (...names: string[]): string =>
      JSON.stringify({ application: 'shop', targets: names.map((name) => ({ name, workload: 'web', kind: 'access-log', path: join(folder, `${name}.log`) })) }); // prettier-ignore
    const has = async (count: number): Promise<void> => {
      for (let i = 0; i < 1_000 && records.length < count; i++) await wait(2);
      expect(records).toHaveLength(count);
    };
    await live.apply(parseTargets(file('one'), 'targets'));
    await has(1);
    await live.apply(parseTargets(file('one', 'two'), 'targets'));
    await has(2);
    await live.apply(parseTargets(file('two'), 'targets'));
    appendFileSync(one, line);
    appendFileSync(two, line);
    await has(3);
    await live.apply(parseTargets(file('two', 'one'), 'targets'));
    await has(4);
    await live.stop();
    expect(changes).toEqual(['one started', 'two started', 'one stopped', 'one started', 'two stopped', 'one stopped']);
  });

  it('reads what a program tells, of whichever containers', async () => {
    const records: OutgoingRecord[] = [];
    const live = new LiveTargets({
      arrivals: new Arrivals(() => Date.UTC(2100, 0)),
      outbox: { accept: (given) => Promise.resolve(void records.push(...given)) },
      checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
      privacy: 'balanced',
      run: 'r1',
      retryMs: 60_000,
    });
    const call = JSON.stringify({ 'evt.type': 'read', 'evt.dir': '<', 'thread.tid': 7, 'container.id': 'abcabcabcabc', 'container.image.repository': 'php' }); // prettier-ignore
    const file = {
      application: 'shop',
      targets: [{ name: 'sysdig', workload: 'host', kind: 'sysdig-json', run: ['echo', call] }],
      containers: [{ container: 'abc*', workload: 'web' }],
    };
    await live.apply(parseTargets(JSON.stringify(file), 'targets'));
    for (let i = 0; i < 1_000 && records.length === 0; i++) await wait(2);
    await live.stop();
    expect(decodeSyscallBatch(records[0]!.value)).toMatchObject({
      application: 'shop',
      workload: 'web',
      container: 'abcabcabcabc',
      stream: 'sysdig@r1.0',
      count: 1,
    });
  });

  it('attaches again when a trace ends or cannot begin, each time as a stream of its own', async () => {
    const records: OutgoingRecord[] = [];
    const changes: string[] = [];
    let attempts = 0;
    const calls = { count: 1, numbers: Uint16Array.of(0), threads: Uint32Array.of(7), timesUs: Float64Array.of(1_000), results: undefined, digests: undefined, names: new Map<number, string>() }; // prettier-ignore
    async function* items(): AsyncGenerator<SourceItem> {
      await Promise.resolve();
      yield { type: 'calls', calls };
      yield { type: 'end' };
    }
    const traced: unknown[] = [];
    const attach: typeof traceLive = (_target, _context, _signal, settings) => {
      traced.push(settings?.calls?.includes('recvfrom'));
      attempts++;
      if (attempts === 1) return Promise.reject(new Error('there is no container "db" here'));
      const counts = { lines: 0, read: 0, ignored: 0, events: 0, malformed: 0, signals: 0, exits: 0, notices: 0, orphans: 0, unreturned: 0, cut: 0, glued: 0 }; // prettier-ignore
      return Promise.resolve({ items: items(), counts, lostCalls: 0, latePids: [], notice: undefined });
    };
    const live = new LiveTargets({
      arrivals: new Arrivals(() => Date.UTC(2100, 0)),
      outbox: { accept: (given) => Promise.resolve(void records.push(...given)) },
      checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
      privacy: 'balanced',
      run: 'r1',
      attach,
      retryMs: 1,
      onChange: (name, state, detail) => changes.push(`${name} ${state} ${detail}`),
    });
    const db = 'targets: [{ name: db, workload: db, attach: { container: db }, calls: data }]';
    await live.apply(parseTargets(db, 'targets'));
    for (let i = 0; i < 1_000 && records.length < 8; i++) await wait(2);
    await live.stop();
    const streams = records.map(({ value }) => decodeSyscallBatch(value).stream);
    expect(streams[0]).toBe('db@r1.1');
    expect(streams).toContain('db@r1.2');
    const gaps = records.flatMap(({ value }) => decodeSyscallBatch(value).gaps);
    expect(gaps[0]).toEqual({ startUs: 1_000, endUs: 1_001, cause: 'source-restart' });
    expect(new Set(traced)).toEqual(new Set([true]));
    expect(changes.slice(0, 3)).toEqual([
      'db waiting there is no container "db" here',
      'db started ',
      'db ended ended',
    ]);
  });

  it('says of a process that ended so, on readiness and metrics, until it is there again', async () => {
    const registry = new Registry();
    const report = new IntakeReport({ log: pino({ level: 'silent' }), registry });
    const program = spawn('sleep', ['60']);
    let here = true;
    const live = new LiveTargets({
      arrivals: new Arrivals(() => Date.UTC(2100, 0)),
      outbox: { accept: () => Promise.resolve() },
      checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
      privacy: 'balanced',
      run: 'r1',
      retryMs: 20,
      onChange: report.target,
      attach: () => {
        if (!here) return Promise.reject(new Error('there is no process 4711 here'));
        async function* items(): AsyncGenerator<SourceItem> {
          if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
          here = false;
          yield { type: 'end' };
        }
        const counts = { lines: 0, read: 0, ignored: 0, events: 0, malformed: 0, signals: 0, exits: 0, notices: 0, orphans: 0, unreturned: 0, cut: 0, glued: 0 }; // prettier-ignore
        return Promise.resolve({ items: items(), counts, lostCalls: 0, latePids: [], notice: undefined });
      },
    });
    const counted = async (state: string): Promise<number | undefined> =>
      (await registry.getSingleMetric('plimsoll_targets')?.get())?.values.find(
        ({ labels }) => labels['state'] === state,
      )?.value;
    await live.apply(parseTargets('targets: [{ name: db, workload: db, attach: { pid: 4711 } }]', 'targets'));
    await expect.poll(() => counted('attached')).toBe(1);
    program.kill();
    await expect
      .poll(() => live.health(), { timeout: 20_000 })
      .toEqual({
        ready: false,
        reason: 'target db: ended; there is no process 4711 here',
      });
    expect([await counted('ended'), await counted('waiting'), await counted('attached')]).toEqual([1, 0, 0]);
    await live.stop();
    expect(await counted('wanted')).toBe(0);
  });

  it('ends and begins anew what could not be handed on while nobody waited for it', async () => {
    const changes: string[] = [];
    const calls = { count: 1, numbers: Uint16Array.of(0), threads: Uint32Array.of(7), timesUs: Float64Array.of(1_000), results: undefined, digests: undefined, names: new Map<number, string>() }; // prettier-ignore
    async function* items(): AsyncGenerator<SourceItem> {
      yield { type: 'calls', calls };
      // Longer than what is pending is held back.
      await wait(700);
      yield { type: 'calls', calls: { ...calls, timesUs: Float64Array.of(2_000) } };
      await wait(60_000, undefined, { ref: false });
    }
    const counts = { lines: 0, read: 0, ignored: 0, events: 0, malformed: 0, signals: 0, exits: 0, notices: 0, orphans: 0, unreturned: 0, cut: 0, glued: 0 }; // prettier-ignore
    const live = new LiveTargets({
      arrivals: new Arrivals(() => Date.UTC(2100, 0)),
      outbox: { accept: () => Promise.reject(new Error('no space left')) },
      checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
      privacy: 'balanced',
      run: 'r1',
      attach: () => Promise.resolve({ items: items(), counts, lostCalls: 0, latePids: [], notice: undefined }),
      retryMs: 60_000,
      onChange: (name, state, detail) => changes.push(`${name} ${state} ${detail}`),
    });
    await live.apply(parseTargets('targets: [{ name: db, workload: db, attach: { container: db } }]', 'targets'));
    for (let i = 0; i < 1_000 && changes.length < 2; i++) await wait(2);
    // The only target gives nothing: whoever asks is told.
    expect(live.health()).toEqual({ ready: false, reason: 'target db: no space left' });
    await live.stop();
    expect(changes[1]).toBe('db waiting no space left');
  });

  it('is not ready while a log is not there, alone or beside another', async () => {
    const live = new LiveTargets({
      arrivals: new Arrivals(() => Date.UTC(2100, 0)),
      outbox: { accept: () => Promise.resolve() },
      checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
      privacy: 'balanced',
      run: 'r1',
    });
    const [here, gone] = [join(folder, 'access.log'), join(folder, 'gone.log')];
    writeFileSync(here, '');
    const logs = (...paths: readonly string[]) =>
      parseTargets(
        JSON.stringify({
          targets: paths.map((path, i) => ({ name: `log-${i}`, workload: 'web', kind: 'access-log', path })),
        }),
        'targets',
      );
    await live.apply(logs(gone));
    const reason = `target log-0: ${gone} is not there`;
    expect(live.health()).toEqual({ ready: false, reason });
    await live.apply(logs(gone, here));
    expect(live.health()).toEqual({ ready: false, reason });
    writeFileSync(gone, '');
    expect(live.health()).toEqual({ ready: true });
    await live.stop();
  });
});
