import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { callName, type SourceItem } from '@plimsoll/contracts';
import { describe, expect, it, vi } from 'vitest';

import { attachStrace } from './attach.js';
import { WireObserver } from '../wire/wire-observer.js';

async function namesOf(items: AsyncIterable<SourceItem>): Promise<string[]> {
  const names: string[] = [];
  for await (const item of items) {
    if (item.type === 'calls') for (const number of item.calls.numbers) names.push(callName(number));
  }
  return names;
}

/** Waits until strace has attached to the process. */
async function traced(pid: number): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^TracerPid:\t[1-9]/m);
    },
    { timeout: 20_000 },
  );
}

/** A program of Node's that serves HTTP on a port that it prints. */
const SERVER = `
  const server = require('node:http').createServer((request, response) => response.end(request.url));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

async function request(port: number, path: string, agent: Agent): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject);
  });
}

describe('without strace', () => {
  it('says what is missing', async () => {
    const { items } = await attachStrace({ command: ['true'] }, { strace: 'no-such-strace' });
    await expect(namesOf(items)).rejects.toThrow(/installed/);
  });

  it('says which target is not there', async () => {
    await expect(attachStrace({ pid: 4_194_999 })).rejects.toThrow(/no process/);
    await expect(attachStrace({ container: 'nobody' })).rejects.toThrow(/no container/);
  });
});

if (spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0) {
  describe('with strace', () => {
    it('resolves when the process is traced, not before', async () => {
      const target = spawn('sleep', ['60']);
      const stopping = new AbortController();
      const { items } = await attachStrace({ pid: target.pid! }, { signal: stopping.signal });
      expect(await readFile(`/proc/${target.pid}/status`, 'utf8')).toMatch(/^TracerPid:\t[1-9]/m);
      stopping.abort();
      await namesOf(items);
      target.kill();
    });

    it('traces a command to its end, and what it starts', async () => {
      const { items, counts } = await attachStrace({ command: ['sh', '-c', 'cat /dev/null; true'] });
      const names = await namesOf(items);
      expect(names.filter((name) => name === 'execve').length).toBeGreaterThanOrEqual(2);
      expect(counts).toMatchObject({ malformed: 0, cut: 0, orphans: 0 });
    });

    it('traces only the calls that are asked for', async () => {
      const { items } = await attachStrace({ command: ['cat', '/dev/null'] }, { calls: ['openat', 'close'] });
      expect(new Set(await namesOf(items))).toEqual(new Set(['openat', 'close']));
    });

    it('ends a command that it started when it is aborted', async () => {
      const stop = new AbortController();
      const { items } = await attachStrace({ command: ['sh', '-c', 'sleep 61.7; true'] }, { signal: stop.signal });
      const read = namesOf(items);
      await sleep(500);
      stop.abort();
      await read;
      await sleep(200);
      const left = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
      expect(left.split('\n').filter((line) => line.startsWith('sleep 61.7'))).toEqual([]);
    });

    it('shows what a command prints only where that is asked for, and never among its own lines', () => {
      const trace = (settings: string): { stdout: string; stderr: string } =>
        spawnSync(
          process.execPath,
          [
            '--input-type=module',
            '-e',
            `import { attachStrace } from ${JSON.stringify(new URL('../../dist/strace/attach.js', import.meta.url).href)};
             const { items } = await attachStrace({ command: ['sh', '-c', 'echo printed; echo complained >&2'] }, ${settings});
             for await (const item of items) if (item.type === 'end') console.log('traced');`,
          ],
          { encoding: 'utf8' },
        );
      expect(trace('{}')).toMatchObject({ stdout: 'traced\n', stderr: '' });
      const shown = trace('{ shows: true }');
      expect(shown.stdout).toBe('traced\n');
      expect(shown.stderr).toContain('printed');
      expect(shown.stderr).toContain('complained');
    });

    it('says why a command cannot be traced', async () => {
      const { items } = await attachStrace({ command: ['/no/such/program'] });
      await expect(namesOf(items)).rejects.toThrow(/No such file/);
    });

    it('rebuilds every request of a server that it attaches to, and detaches from it alive', async () => {
      const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        const port = await new Promise<number>((resolve) => {
          server.stdout.once('data', (line: Buffer) => {
            resolve(Number(line.toString()));
          });
        });
        const stop = new AbortController();
        const observer = new WireObserver();
        const { items } = await attachStrace({ pid: server.pid ?? 0 }, { observer, signal: stop.signal });
        const read = namesOf(items);
        await traced(server.pid ?? 0);
        const agent = new Agent({ keepAlive: true, maxSockets: 4 });
        const paths = Array.from({ length: 100 }, (_, i) => `/request-${i}`);
        await Promise.all(paths.map((path) => request(port, path, agent)));
        stop.abort();
        await read;
        const rebuilt = observer.drain().flatMap((each) => (each.type === 'http' ? [each] : []));
        expect(rebuilt.map((each) => each.request.target).sort()).toEqual(paths.sort());
        expect(rebuilt.every((each) => each.response?.status === 200)).toBe(true);
        await request(port, '/still-alive', agent);
        agent.destroy();
      } finally {
        server.kill();
      }
    });

    it('follows the target through exec', async () => {
      const parent = spawn('sh', ['-c', 'read go; exec cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
      const pid = parent.pid ?? 0;
      try {
        const stop = new AbortController();
        const { items } = await attachStrace({ pid }, { signal: stop.signal, rescanMs: 100 });
        const read = namesOf(items);
        await traced(pid);
        parent.stdin.write('go\n');
        await vi.waitFor(
          async () => {
            expect(await readFile(`/proc/${pid}/comm`, 'utf8')).toBe('cat\n');
          },
          { timeout: 20_000 },
        );
        stop.abort();
        expect(await read).toContain('execve');
      } finally {
        parent.kill();
      }
    });
  });
}
