import { Verdict, type LogGap, type ProcessActivity } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { FLOOR_NATS } from '../events/threshold.js';
import { processDetector } from './process-detector.js';
import { learnActivity } from './process-facts.js';
import { scoreActivity } from './process-scorer.js';
import { processLearner } from './process-learner.js';
import type { ProcessModel } from './process-model.js';

function act(parts: Partial<ProcessActivity>, n = 0): ProcessActivity {
  return {
    type: 'process-activity',
    schema: 1,
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    id: `a${n}`,
    stream: 'test',
    key: 'web-1/process',
    timeUs: 1_000_000_000 + n * 2_000_000,
    kind: 'execute',
    actor: '',
    serving: false,
    target: '/bin/sh',
    thread: 7,
    ...parts,
  };
}

const request = {
  event: 'r1',
  digest: 'd1',
  session: 's1',
  sessionBy: 'cookie',
  method: 'GET',
  path: '/ping',
  status: 200,
} as const;
const sh = (shape: string, commands: string[], more: Partial<ProcessActivity> = {}): Partial<ProcessActivity> => ({
  target: '/bin/sh',
  shape: `-c ${shape}`,
  commands,
  text: shape,
  serving: true,
  request,
  ...more,
});
const PING = sh('ping -c # …', ['ping'], { tainted: { parameter: 'host', relation: 'part', syntax: false } });
const CRON: Partial<ProcessActivity> = {
  actor: '/usr/sbin/cron',
  target: '/usr/bin/find',
  shape: '/srv/tmp… -mmin # -delete',
};
const OPEN: Partial<ProcessActivity> = {
  kind: 'open',
  target: '/srv/app/files/*.txt',
  file: { class: 'uploads', writes: false, climbs: false },
  serving: true,
  request,
};
const DATABASE: Partial<ProcessActivity> = {
  kind: 'connect',
  target: 'loopback:3306',
  address: 'loopback',
  serving: true,
};

const usual = (n: number): ProcessActivity => act([PING, OPEN, DATABASE, n % 20 === 3 ? CRON : OPEN][n % 4]!, n);

function learnt(): ProcessModel {
  const learner = processLearner({ application: 'shop', workload: 'web' });
  for (let n = 0; n < 200; n++) learner.learn(usual(n));
  for (let n = 200; n < 300; n++) learner.calibrate(usual(n));
  return processDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
}

const model = learnt();

function detected(input: ProcessActivity, by = model): Verdict | undefined {
  const messages = processDetector.step(processDetector.start(), input, by);
  const verdict = messages.find((message) => message.type === 'verdict');
  return verdict === undefined ? undefined : Verdict.parse(verdict);
}

describe('what programs do', () => {
  it.each<[string, Partial<ProcessActivity>, string, string]>([
    [
      'an injected command',
      sh('ping -c # … ; id', ['ping', 'id'], {
        marks: ['chained'],
        tainted: { parameter: 'host', relation: 'part', syntax: true },
      }),
      'web-shell',
      'command-injection',
    ],
    [
      'a command that is a parameter',
      sh('ls', ['ls'], { tainted: { parameter: 'c', relation: 'whole', syntax: true } }),
      'web-shell',
      'web-shell-command',
    ],
    [
      'a command out of a template',
      sh('id -u', ['id'], { tainted: { parameter: 'name', relation: 'code', syntax: true } }),
      'web-shell',
      'template-injection',
    ],
    [
      'a connection back, of which no parameter is seen',
      sh('bash -i > & /dev/tcp/…', ['bash'], { marks: ['network-device', 'redirect'] }),
      'web-shell',
      'program-executed',
    ],
    [
      'a file by way of a parent folder',
      {
        ...OPEN,
        target: '/etc/passwd',
        file: { class: 'system', writes: false, climbs: true },
        tainted: { parameter: 'file', relation: 'part', syntax: true },
      },
      'path-traversal',
      'file-by-parameter',
    ],
    [
      "a file of the system's by its whole path, where the parameter names uploads, though a job reads it",
      {
        ...OPEN,
        target: '/srv/app/files/*.txt',
        file: { class: 'system', writes: false, climbs: false },
        tainted: { parameter: 'file', relation: 'whole', syntax: true },
      },
      'path-traversal',
      'file-by-parameter',
    ],
    [
      'the metadata service',
      {
        ...DATABASE,
        request,
        target: 'metadata:80',
        address: 'metadata',
        tainted: { parameter: 'url', relation: 'part', syntax: true },
      },
      'ssrf',
      'address-by-parameter',
    ],
  ])('finds and names %s', (_, parts, path, finding) => {
    expect(detected(act(parts))).toMatchObject({
      path,
      finding,
      level: 'process',
      joins: { request: 'd1', session: 's1' },
    });
  });

  it('learns what a parameter leads to: public addresses are its habit, the host itself is not', () => {
    const fetch = (address: 'public' | 'loopback', target: string): Partial<ProcessActivity> => ({
      ...DATABASE,
      request,
      target,
      address,
      tainted: { parameter: 'url', relation: 'part', syntax: true },
    });
    const table = new SmoothedCounts();
    for (let n = 0; n < 200; n++) learnActivity(table, act(fetch('public', 'public:443'), n));
    expect(scoreActivity(table, act(fetch('public', 'public:80'))).score).toBeLessThan(FLOOR_NATS);
    const inner = scoreActivity(table, act(fetch('loopback', 'loopback:6379')));
    expect(inner).toMatchObject({ path: 'ssrf', finding: 'address-by-parameter' });
    expect(inner.score).toBeGreaterThan(FLOOR_NATS);
    expect(inner.observations.map(({ evidence }) => evidence.expected)).toContain('while learning: public 200');
  });

  it("takes a file's scheme in a link to fetch for a forged request, and another parameter's file for traversal", () => {
    const table = new SmoothedCounts();
    const by = (parameter: string, relation: 'part' | 'whole') => ({
      request,
      tainted: { parameter, relation, syntax: true },
    });
    for (let n = 0; n < 5; n++)
      learnActivity(table, act({ ...DATABASE, target: 'public:443', address: 'public', ...by('url', 'part') }, n));
    const passwd = { ...OPEN, target: '/etc/passwd', file: { class: 'system', writes: false, climbs: false } } as const;
    expect(scoreActivity(table, act({ ...passwd, ...by('url', 'whole') }))).toMatchObject({
      path: 'ssrf',
      cwe: ['CWE-918'],
    });
    expect(scoreActivity(table, act({ ...passwd, ...by('doc', 'whole') }))).toMatchObject({ path: 'path-traversal' });
  });

  it('says which program was executed for which request', () => {
    const verdict = detected(
      act(
        sh('ping ; id', ['ping', 'id'], {
          marks: ['chained'],
          tainted: { parameter: 'host', relation: 'part', syntax: true },
        }),
      ),
    );
    expect(verdict?.cwe).toEqual(['CWE-78']);
    expect(verdict?.evidence[0]?.observed).toContain("executed ping and id by sh -c 'ping ; id' for GET /ping");
  });

  it.each<[string, Partial<ProcessActivity>]>([
    ['the usual command with another name', { ...PING, text: 'ping -c 1 b.example' }],
    ['a job seen five times', CRON],
    ['a new job', { actor: '/usr/sbin/cron', target: '/usr/sbin/logrotate', shape: '/etc/logrotate.conf' }],
    ['a new job by a shell', { ...sh('find /srv/old… -delete', ['find']), serving: false, request: undefined }],
    ['an image that is converted for the first time', { ...sh('convert …', ['convert']) }],
    [
      'a restarted server that opens its log and port',
      { kind: 'listen', target: 'loopback:8080', address: 'loopback' },
    ],
    ['io_uring after a restart', { kind: 'privilege', target: 'io_uring_setup' }],
    [
      'a password file read for a name',
      {
        kind: 'open',
        target: '/etc/passwd',
        file: { class: 'system', writes: false, climbs: false },
        serving: true,
        request,
      },
    ],
    ['another upload', { ...OPEN, target: '/srv/app/files/*.png' }],
    [
      'a new public address without a parameter',
      { kind: 'connect', target: 'public:443', address: 'public', serving: true, request },
    ],
  ])('stays quiet on %s', (_, parts) => {
    expect(detected(act(parts))).toBeUndefined();
  });

  it('takes a program seen once for known', () => {
    const learner = processLearner({ application: 'shop', workload: 'web' });
    for (let n = 0; n < 100; n++) learner.learn(usual(n));
    const once = sh('tar -cf /srv/backup…', ['tar'], { serving: false });
    learner.learn(act(once, 100));
    for (let n = 101; n < 200; n++) learner.calibrate(usual(n));
    expect(detected(act(once), processDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 }))).toBeUndefined();
  });

  it('learns an application that means a parameter to be a command', () => {
    const console_ = (n: number): ProcessActivity =>
      act(
        sh(`tool${n % 3}`, [`tool${n % 3}`], {
          request: { ...request, path: '/admin/run' },
          tainted: { parameter: 'cmd', relation: 'whole', syntax: true },
        }),
        n,
      );
    const learner = processLearner({ application: 'shop', workload: 'web' });
    for (let n = 0; n < 100; n++) learner.learn(console_(n));
    for (let n = 100; n < 150; n++) learner.calibrate(console_(n));
    expect(detected(console_(1), processDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 }))).toBeUndefined();
  });

  it('scores a workload that never executed anything by what is dangerous anywhere', () => {
    const learner = processLearner({ application: 'shop', workload: 'db' });
    for (let n = 0; n < 100; n++) learner.learn(act({ kind: 'watched', target: '', parameters: true }, n));
    for (let n = 100; n < 120; n++) learner.calibrate(act({ kind: 'watched', target: '', parameters: true }, n));
    const quiet = processDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
    const shell = act({ ...sh('id', ['id']), request: undefined });
    expect(detected(shell, quiet)).toMatchObject({ path: 'web-shell', finding: 'program-executed' });
  });

  it('gives the same bytes with a state written and read between any two events', () => {
    const gap: LogGap = {
      ...act({}, 50),
      type: 'gap',
      of: 'process-activity',
      gap: { startUs: 1, endUs: 2, cause: 'source-drop' },
    };
    const input = [
      ...Array.from({ length: 90 }, (_, n) => usual(n)),
      gap,
      act({ kind: 'watched', parameters: false, target: '' }, 95),
      ...Array.from({ length: 90 }, (_, n) => usual(n + 100)),
    ];
    const run = (through: boolean): string => {
      let state = processDetector.start();
      const out = input.flatMap((event) => {
        if (through) state = processDetector.decode(processDetector.encode(state));
        return processDetector.step(state, event, model);
      });
      expect(processDetector.encode(state).length).toBeLessThan(2_048);
      return JSON.stringify(out);
    };
    expect(run(true)).toBe(run(false));
    expect(run(false)).toContain('"insufficient":1');
  });

  it('warms up without a profile', () => {
    const state = processDetector.start();
    processDetector.step(state, usual(0), undefined);
    const [coverage] = processDetector.step(state, usual(40), undefined);
    expect(coverage).toMatchObject({ type: 'coverage', level: 'process', windows: { warming: 1 } });
  });
});
