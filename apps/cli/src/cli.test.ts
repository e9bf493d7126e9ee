import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/plimsoll.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLUSTER = join(ROOT, 'recordings', 'cluster');

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function plimsoll(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

describe('the plimsoll command', () => {
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'plimsoll-'));
    const learned = await plimsoll('learn', CLUSTER, '--out', join(dir, 'profiles'));
    expect(learned).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };

  const refused = async (args: string[], message: RegExp): Promise<void> => {
    const { code, err, out } = await plimsoll(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
  };

  it('teaches with --help', async () => {
    const { code, out } = await plimsoll('--help');
    expect(code).toBe(0);
    for (const word of ['demo', 'learn', 'detect', 'evaluate', 'up', 'alerts', 'profiles']) expect(out).toContain(word);
  }, 60_000);

  it('says where it looks for an alert service, and what it lacks to ask it', async () => {
    process.env['PLIMSOLL_API_TOKEN'] = 'any';
    await refused(
      ['incidents', 'list', '--api', 'localhost:8085'],
      /localhost:8085 is not an address; give one such as --api http/,
    );
    await refused(['incidents', 'list', '--api', 'http://127.0.0.1:1'], /no alert service answers at http/);
    const other = createServer((_request, response) => response.end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await refused(['incidents', 'list', '--api', `http://127.0.0.1:${port}`], /is no alert service of this version/);
    await new Promise((resolve) => other.close(resolve));
    delete process.env['PLIMSOLL_API_TOKEN'];
    await refused(['incidents', 'list'], /set PLIMSOLL_API_TOKEN/);
  }, 60_000);

  it('refuses profiles of a folder where the stack has its own', async () => {
    process.env['KAFKA_BROKERS'] = '127.0.0.1:1';
    await refused(['up', '--profile', join(dir, 'profiles')], /plimsoll profiles push DIR/);
    delete process.env['KAFKA_BROKERS'];
  }, 60_000);

  it('refuses a scorer that it cannot load before it measures, and one that no table is asked for', async () => {
    await refused(
      ['evaluate', CLUSTER, '--paper', '--scorer', join(dir, 'none.mjs')],
      /none\.mjs: cannot be loaded as a module/,
    );
    await refused(['evaluate', CLUSTER, '--scorer', join(dir, 'none.mjs')], /give both/);
  }, 60_000);

  it('refuses a development episode that is not there, and names those that are', async () => {
    await refused(['evaluate', CLUSTER, '--development', 'none'], /no episode none; there are .*benign-day1/);
  }, 60_000);

  it('compares two runs as tables, and as JSON in a file', async () => {
    const run = join(dir, 'run');
    mkdirSync(run);
    for (const name of ['manifest.json', 'report.json']) writeFileSync(join(run, name), '{}');
    const json = join(dir, 'compared.json');
    const { code, out } = await plimsoll('evaluate', '--compare', run, run, '--json', json);
    expect([code, out.startsWith('#')]).toEqual([0, true]);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ differences: [], rows: [] });
  }, 60_000);

  it('says what is wrong with a source, and ends with 1', async () => {
    const learn = (source: string): string[] => ['learn', '--source', source, '--out', join(dir, 'none')];
    await refused(learn('db'), /write WORKLOAD=KIND:PATH/);
    await refused([...learn('db=strace:x'), '--key-group', 'db=read,wirte'], /no system call is named "wirte"/);
    await refused(learn('db=paper:x'), /no kind paper; give one of strace/);
    await refused(learn(`db=strace:${join(dir, 'missing')}`), /no such file/);
    await refused(learn(`db=strace:${file('empty', '')}`), /empty/);
    await refused(learn(`db=strace:${file('prose', 'Call me Ishmael.\n'.repeat(200))}`), /strace/);
    const whole = gzipSync('1 1795455028.639988 getpid() = 1\n'.repeat(50_000));
    const middle = Math.floor(whole.length / 2);
    whole.fill(0xff, middle, middle + 64);
    await refused(learn(`db=strace:${file('broken.gz', whole)}`), /gzip/);
  }, 60_000);

  it('says what was refused where too little is left to learn from', async () => {
    const request = '192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 9\n';
    const mixed = file('mixed', `${request.repeat(8)}${'sshd[1]: Accepted publickey\n'.repeat(20)}`);
    const learn = ['learn', '--source', `web=access-log:${mixed}`, '--out', join(dir, 'none')];
    await refused(learn, /28 lines = 8 read [^]*20 of 28 lines \(71\.4 %\) cannot be read/);
  }, 60_000);

  it('says what is wrong with profiles, and ends with 1', async () => {
    const audit = join(CLUSTER, 'benign-day1', 'audit.jsonl.gz');
    const detect = (profile: string, source: string): string[] => ['detect', '--profile', profile, '--source', source];
    await refused(detect(join(dir, 'nowhere'), `api-server=k8s-audit:${audit}`), /no such folder/);
    await refused(
      detect(join(dir, 'profiles'), `db=k8s-audit:${audit}`),
      /no profile of workload db; it has api-server/,
    );
    const altered = join(dir, 'altered');
    await plimsoll('learn', CLUSTER, '--out', altered);
    const name = 'cluster.api-server.k8s-audit.profile.json';
    const text = readFileSync(join(altered, name), 'utf8');
    writeFileSync(join(altered, name), text.replace(/"novelty":[0-9.e-]+/, '"novelty":0.5'));
    await refused(detect(altered, `api-server=k8s-audit:${audit}`), /was altered/);
  }, 60_000);

  it('says that profiles cannot score such a source', async () => {
    const detect = ['detect', '--profile', join(dir, 'profiles')];
    await refused([...detect, '--live', '1'], /none of the profiles was learned from system calls/);
    const log = file('access.log', '192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 9\n'.repeat(9));
    const { code, err } = await plimsoll(...detect, '--source', `api-server=access-log:${log}`);
    expect([code, err]).toEqual([0, expect.stringContaining('nothing of it can be scored')]);
  }, 60_000);

  it('wants one thing to watch', async () => {
    const detect = (...rest: string[]): string[] => ['detect', '--profile', join(dir, 'profiles'), ...rest];
    await refused(detect(), /give one of --source/);
    await refused(detect('--workload', 'db'), /give one of --source/);
    await refused(detect('--live', '1', '--', 'true'), /give one of --source/);
  }, 60_000);

  if (spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0) {
    const traced = 'until grep -q "TracerPid:.[1-9]" /proc/$$/status; do sleep 0.1; done';

    it('learns from a process that runs, until it ends, and detects by that', async () => {
      const work = 'i=0; while [ $i -lt 400 ]; do cat /dev/null; i=$((i+1)); done';
      const busy = spawn('sh', ['-c', `${traced}; ${work}`], { stdio: 'ignore' });
      const learned = join(dir, 'live-profiles');
      const { code, out, err } = await plimsoll('learn', '--live', `job=${busy.pid!}`, '--out', learned);
      expect(err).toContain(`tracing ${busy.pid!} as default/job; Ctrl-C ends learning`);
      expect(err).toMatch(/job: [\d,]+ calls, 0 requests, 0 statements/);
      expect(code).toBe(0);
      expect(out).toContain('default/job');
      expect(out).toMatch(/default\/job sequence: not complete: .*; at least \d+ events more\n/);
      await refused(['learn', '--live', '4711', '--out', learned], /name its workload: --live WORKLOAD=4711/);
      await refused(['learn', '--live', 'job=4194305', '--out', learned], /no process 4194305/);
    }, 120_000);

    it('watches several processes, until all have ended', async () => {
      const learned = join(dir, 'live-profiles');
      const names = [1, 2].map(() => String(spawn('sh', ['-c', traced], { stdio: 'ignore' }).pid!));
      const lives = names.flatMap((name) => ['--live', `job=${name}`]);
      const { code, err } = await plimsoll('detect', '--profile', learned, ...lives);
      expect(code).toBe(0);
      for (const name of names) expect(err).toContain(`tracing ${name} as default/job; Ctrl-C ends it`);
    }, 120_000);

    it('tells an incident as it begins and as it ends on standard output that is a pipe', async () => {
      const learned = join(dir, 'piped-profiles');
      const busy = 'i=0; while [ $i -lt 300 ]; do cat /dev/null; i=$((i+1)); done';
      const trace = join(dir, 'piped.strace');
      spawnSync('strace', ['-f', '-ttt', '-T', '-o', trace, 'sh', '-c', busy]);
      await plimsoll('learn', '--source', `job=strace:${trace}`, '--out', learned);
      // It goes on until it is told to end, so that what comes before comes while it runs.
      const end = join(dir, 'end-of-job');
      const odd = 'for i in 1 2 3 4 5; do ls -l / | sort -r > /dev/null; done';
      const strange = spawn('sh', ['-c', `${traced}; until [ -e ${end} ]; do ${odd}; sleep 0.2; done`], {
        stdio: 'ignore',
      });
      const watching = spawn(process.execPath, [BIN, 'detect', '--profile', learned, '--live', `job=${strange.pid!}`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const ended = once(watching, 'exit');
      let out = '';
      watching.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      await expect.poll(() => out, { timeout: 90_000 }).toMatch(/^New: .* in default/m);
      expect(strange.exitCode).toBeNull();
      expect(out).not.toMatch(/^Over: /m);
      writeFileSync(end, '');
      expect(await ended).toEqual([0, null]);
      expect(out).toMatch(/^Over: .* in default/m);
    }, 180_000);

    it('starts a program, watches what it does, and ends with it', async () => {
      const trace = join(dir, 'job.strace');
      const benign = 'i=0; while [ $i -lt 300 ]; do cat /dev/null; i=$((i+1)); done';
      spawnSync('strace', ['-f', '-ttt', '-T', '-o', trace, 'sh', '-c', benign]);
      const learned = join(dir, 'job-profiles');
      await plimsoll('learn', '--source', `job=strace:${trace}`, '--out', learned);
      const other = 'echo from the program; for i in 1 2 3 4 5 6 7 8 9 10; do ls -l / | sort -r > /dev/null; done';
      const { code, out, err } = await plimsoll('detect', '--profile', learned, '--', 'sh', '-c', other);
      expect(code).toBe(0);
      expect(out).toContain('in default, workload job');
      expect(out).not.toContain('from the program');
      expect(err).toContain('from the program');
    }, 120_000);
  }

  it('prints verdicts and alerts as one JSON object a line', async () => {
    const audit = join(CLUSTER, 'role-escalation-a', 'audit.jsonl.gz');
    const { code, out } = await plimsoll(
      'detect',
      '--profile',
      join(dir, 'profiles'),
      '--source',
      `api-server=k8s-audit:${audit}`,
      '--output',
      'ndjson',
    );
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['verdict', 'alert']));
    const alerts = lines.filter(({ type }) => type === 'alert');
    for (const alert of alerts)
      expect(alert).toMatchObject({ finding: { class_uid: 2004, metadata: { version: '1.8.0' } } });
    expect(JSON.stringify(alerts)).toContain('system:serviceaccount:');
  }, 60_000);

  it('finds nothing in the benign afternoon that it did not learn from', async () => {
    const audit = join(CLUSTER, 'benign-day2-afternoon', 'audit.jsonl.gz');
    const { out } = await plimsoll(
      'detect',
      '--profile',
      join(dir, 'profiles'),
      '--source',
      `api-server=k8s-audit:${audit}`,
    );
    expect(out).toBe('No incident.\n');
  }, 60_000);
});
