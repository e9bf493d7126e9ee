import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../dist/intake/testing/following-process.js', import.meta.url));
const KILLS = 12;
const LINES_BETWEEN = 400;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a collector that is killed', () => {
  it('misses no line and gives each the same name again, through kills, rotations and a log that is away', async () => {
    const log = join(folder, 'access.log');
    const away = join(folder, 'away');
    writeFileSync(log, lines(0, 1));
    let written = 1;
    let running: ChildProcess = start();
    await untilPublished(1);
    for (let kill = 0; kill < KILLS; kill++) {
      for (let i = 0; i < 20; i++) {
        appendFileSync(log, lines(written, written + LINES_BETWEEN / 20));
        written += LINES_BETWEEN / 20;
        await wait(20 + (kill % 5) * 20);
      }
      if (kill % 3 === 0) writeFileSync(away, '');
      if (kill % 3 === 2) unlinkSync(away);
      if (kill % 4 === 1) {
        renameSync(log, `${log}.${KILLS - kill}`);
        writeFileSync(log, '');
      }
      running.kill('SIGKILL');
      await ended(running);
      running = start();
    }
    if (existsSync(away)) unlinkSync(away);
    await untilPublished(written);
    running.kill('SIGKILL');
    await ended(running);
    const published = readFileSync(join(folder, 'published'), 'utf8').trimEnd().split('\n');
    const names = new Map(published.map((line) => line.split(' ') as [string, string]));
    const seen = new Set(names.values());
    expect(Array.from({ length: written }, (_, i) => `/p${i}`).filter((path) => !seen.has(path))).toEqual([]);
    expect([...names].every(([id, path]) => Number(id.slice(7)) === Number(path.slice(2)) + 1)).toBe(true);
    expect(new Set(published).size).toBe(written);
  });

  async function untilPublished(count: number): Promise<void> {
    for (let i = 0; i < 600; i++) {
      const text = existsSync(join(folder, 'published')) ? readFileSync(join(folder, 'published'), 'utf8') : '';
      if (new Set(text.trimEnd().split('\n')).size >= count) return;
      await wait(100);
    }
  }
});

function start(): ChildProcess {
  return spawn(process.execPath, [PROGRAM, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
}

function lines(from: number, to: number): string {
  return Array.from(
    { length: to - from },
    (_, i) => `10.0.0.1 - - [23/Nov/2026:17:40:02 +0000] "GET /p${from + i} HTTP/1.1" 200 5 "-" "c"\n`,
  ).join('');
}
