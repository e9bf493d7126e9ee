import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';

import { expect, it, vi } from 'vitest';

import { tracedTogether } from './live-traces.js';

it.runIf(spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0)(
  'tells when a process is traced and when it has ended, while another is traced on',
  async () => {
    let told = '';
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
    const programs = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
    const [web, db] = programs.map(({ pid }) => String(pid));
    const stopping = new AbortController();
    const traces = tracedTogether(
      'shop',
      [
        { name: web!, target: { pid: Number(web) }, workload: 'web' },
        { name: db!, target: { pid: Number(db) }, workload: 'db' },
      ],
      { privacy: 'balanced', signal: stopping.signal, prompt: true, onInterrupt: 'Ctrl-C ends it' },
    );
    const over = (async () => {
      for await (const _ of traces);
    })();
    try {
      await expect.poll(() => told, { timeout: 20_000 }).toContain(`tracing ${db} as shop/db; Ctrl-C ends it\n`);
      await expect.poll(() => told, { timeout: 20_000 }).toContain(`tracing ${web} as shop/web`);
      programs[1]!.kill();
      await expect
        .poll(() => told, { timeout: 20_000 })
        .toContain(`${db} has ended: nothing of shop/db is seen any more`);
      stopping.abort();
      await over;
      expect(told).not.toContain(`${web} has ended`);
    } finally {
      stopping.abort();
      for (const program of programs) program.kill();
      write.mockRestore();
    }
  },
);
