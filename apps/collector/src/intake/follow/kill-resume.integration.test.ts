import { spawn, type ChildProcess } from 'node:child_process';

import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../../dist/intake/follow/testing/following-process.js', import.meta.url));
const KILLS = 12;
const LINES_BETWEEN = 400;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** How a line of number `i` is written, and by which name and content it is found again. */
interface Form {
  readonly kind: string;
  readonly line: (i: number) => string;
  readonly content: (i: number) => string;
  readonly number: (name: string) => number;
}
const ACCESS: Form = {
  kind: 'access-log',
  line: (i) => `10.0.0.1 - - [23/Nov/2026:17:40:02 +0000] "GET ${page(i)} HTTP/1.1" 200 5 "-" "c"\n`,
  content: page,
  number: (name) => Number(name.slice('access:'.length)) - 1,
};
const CALLS: Form = {
  kind: 'sysdig-json',
  line: (i) => `${JSON.stringify({ 'evt.type': 'read', 'evt.dir': '<', 'thread.tid': i + 1, 'container.id': 'abcabcabcabc' })}\n`, // prettier-ignore
  content: (i) => String(i + 1),
  number: Number,
};

/** A path of its own for each line: numbers in paths would make one endpoint. */
function page(i: number): string {
  return `/p${String(i).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}`;
}

describe.each([ACCESS, CALLS])('a collector of $kind that is killed', (form) => {
  it('misses no line and gives each the same name again, through kills, rotations and a log that is away', async () => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => form.line(from + i)).join('');
    const start = (): ChildProcess =>
      spawn(process.execPath, [PROGRAM, folder, form.kind], { stdio: ['ignore', 'ignore', 'inherit'] });
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
    expect(Array.from({ length: written }, (_, i) => form.content(i)).filter((content) => !seen.has(content))).toEqual(
      [],
    );
    expect([...names].every(([name, content]) => content === form.content(form.number(name)))).toBe(true);
    expect(new Set(published).size).toBe(written);
  });

  async function untilPublished(count: number): Promise<void> {
    for (let i = 0; i < 600; i++) {
      const text = existsSync(join(folder, 'published')) ? readFileSync(join(folder, 'published'), 'utf8') : '';
      if (new Set(text.split('\n').filter((line) => line !== '')).size >= count) return;
      await wait(100);
    }
  }
});

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
}
