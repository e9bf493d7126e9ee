import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TailPosition } from './tail-position.js';
import { tail, type TailOptions } from './tail.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-tail-'));
  path = join(folder, 'access.log');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A reader of lines that can be stopped at any time and gone on from the place that it had saved. */
class Reader {
  readonly lines: string[] = [];
  readonly lost: string[] = [];
  position: TailPosition | undefined;
  #stop = new AbortController();
  #running: Promise<void> | undefined;

  start(options: Partial<TailOptions> = {}): this {
    this.#stop = new AbortController();
    const from = this.position && { from: this.position };
    this.#running = this.#run({ pollMs: 2, lingerMs: 20, ...from, ...options, signal: this.#stop.signal });
    return this;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async has(count: number): Promise<void> {
    for (let i = 0; i < 3_000 && this.lines.length < count; i++) await wait(2);
    expect(this.lines).toHaveLength(count);
  }

  async #run(options: TailOptions): Promise<void> {
    for await (const event of tail(path, options)) {
      if (event.type === 'lost') {
        this.lost.push(event.reason);
        continue;
      }
      if (event.type === 'quiet' || event.type === 'silent') continue;
      const text = Buffer.from(event.bytes).toString();
      expect(text.endsWith('\n')).toBe(true);
      this.lines.push(...text.slice(0, -1).split('\n'));
      this.position = event.position;
    }
  }
}

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
}

function text(from: number, to: number): string {
  return numbered(from, to)
    .map((line) => `${line}\n`)
    .join('');
}

describe('tail', () => {
  it('reads what is there and what comes, whole lines alone', async () => {
    writeFileSync(path, text(0, 100));
    const reader = new Reader().start();
    await reader.has(100);
    appendFileSync(path, 'line 100\nline 1');
    await reader.has(101);
    appendFileSync(path, '01\n');
    await reader.has(102);
    expect(reader.lines).toEqual(numbered(0, 102));
    await reader.stop();
  });

  it('begins at the end where it is asked to, and waits for a file that is not there yet', async () => {
    writeFileSync(path, text(0, 5));
    const atEnd = new Reader().start({ fromStart: false });
    await wait(500);
    appendFileSync(path, text(5, 6));
    await atEnd.has(1);
    expect(atEnd.lines).toEqual(['line 5']);
    await atEnd.stop();
    unlinkSync(path);
    const early = new Reader().start();
    await wait(20);
    writeFileSync(path, text(0, 3));
    await early.has(3);
    await early.stop();
  });

  it('follows a rename, and reads what the old file’s writer still adds', async () => {
    writeFileSync(path, text(0, 3));
    const reader = new Reader().start();
    await reader.has(3);
    renameSync(path, `${path}.1`);
    writeFileSync(path, text(5, 7));
    appendFileSync(`${path}.1`, text(3, 5).slice(0, -1));
    await reader.has(7);
    expect(reader.lines).toEqual(numbered(0, 7));
    expect(reader.lost).toEqual([]);
    await reader.stop();
  });

  it('finds in the copy what a copytruncate took away', async () => {
    writeFileSync(path, text(0, 3));
    const reader = new Reader().start();
    await reader.has(3);
    await reader.stop();
    appendFileSync(path, text(3, 40));
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    appendFileSync(path, text(40, 42));
    reader.start();
    await reader.has(42);
    expect(reader.lines).toEqual(numbered(0, 42));
    await reader.stop();
  });

  it('announces lines that were cut off unread', async () => {
    writeFileSync(path, text(0, 50));
    const reader = new Reader().start();
    await reader.has(50);
    truncateSync(path, 0);
    await wait(20);
    appendFileSync(path, text(50, 52));
    await reader.has(52);
    expect(reader.lost).toEqual(['truncated']);
    await reader.stop();
    unlinkSync(path);
    writeFileSync(path, 'another file altogether\n');
    reader.start();
    await reader.has(53);
    expect(reader.lost).toEqual(['truncated', 'removed']);
    await reader.stop();
  });

  it('goes on through several rotations that happened while it was away', async () => {
    writeFileSync(path, text(0, 4));
    const reader = new Reader().start();
    await reader.has(4);
    await reader.stop();
    appendFileSync(path, text(4, 6));
    for (const [from, to] of [
      [6, 9],
      [9, 12],
    ] as const) {
      if (existsSync(`${path}.1`)) renameSync(`${path}.1`, `${path}.2`);
      renameSync(path, `${path}.1`);
      await wait(5);
      writeFileSync(path, text(from, to));
    }
    reader.start();
    await reader.has(12);
    expect(reader.lines).toEqual(numbered(0, 12));
    await reader.stop();
  });

  it('leaves out no file that is rotated while it reads the ones before', async () => {
    writeFileSync(path, text(0, 2));
    const reader = tail(path, { pollMs: 2, lingerMs: 2, signal: AbortSignal.timeout(4_000) });
    const lines: string[] = [];
    const take = async (count: number): Promise<void> => {
      while (lines.length < count) {
        const next = await reader.next();
        if (next.done) return;
        const { value } = next;
        if (value.type === 'lines') lines.push(...Buffer.from(value.bytes).toString().trimEnd().split('\n'));
      }
    };
    const rotate = async (name: string, from: number): Promise<void> => {
      await wait(10);
      renameSync(path, `${path}.${name}`);
      writeFileSync(path, text(from, from + 2));
    };
    await take(2);
    await rotate('3', 2);
    await rotate('2', 4);
    await take(4);
    await rotate('1', 6);
    await rotate('0', 8);
    await take(10);
    await reader.return(undefined);
    expect(lines).toEqual(numbered(0, 10));
  });

  it('takes no other log of the folder for a rotated one', async () => {
    writeFileSync(path, text(0, 2));
    const reader = new Reader().start();
    await reader.has(2);
    await wait(10);
    renameSync(path, `${path}.1`);
    writeFileSync(join(folder, 'access-ssl.log'), 'of another server\n');
    writeFileSync(path, text(2, 4));
    await reader.has(4);
    await reader.stop();
    expect(reader.lines).toEqual(numbered(0, 4));
  });

  it('hands a line without end on in parts', async () => {
    writeFileSync(path, 'x'.repeat(3_000_000));
    const sizes: number[] = [];
    const stop = new AbortController();
    for await (const event of tail(path, { pollMs: 2, signal: stop.signal })) {
      if (event.type === 'lines') sizes.push(event.bytes.length);
      if (sizes.length === 2) stop.abort();
    }
    expect(Math.max(...sizes)).toBeLessThan(1_300_000);
  });

  it.each(['rename', 'copytruncate'])(
    'sees every line once, through %s, stops and resumptions',
    { timeout: 60_000 },
    async (rotation) => {
      const action = fc.constantFrom('append', 'append', 'part', rotation, 'restart');
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
          let written = 1;
          let rotated = 0;
          writeFileSync(path, text(0, 1));
          const reader = new Reader().start();
          await reader.has(1);
          for (const each of actions) {
            if (each === 'append') {
              appendFileSync(path, text(written, written + 7));
              written += 7;
            } else if (each === 'part') {
              appendFileSync(path, 'line ');
              await wait(3);
              appendFileSync(path, `${written++}\n`);
            } else if (each === 'rename') {
              // Two files of one tick of the file system's clock have no order: no log is rotated as fast.
              await wait(10);
              renameSync(path, `${path}.${1_000 - rotated++}`);
              writeFileSync(path, '');
            } else if (each === 'copytruncate') {
              await reader.has(written);
              copyFileSync(path, `${path}.${1_000 - rotated++}`);
              truncateSync(path, 0);
            } else {
              await reader.stop();
              reader.start();
            }
          }
          await reader.has(written);
          expect(reader.lines).toEqual(numbered(0, written));
          await reader.stop();
          for (let i = 0; i < rotated; i++) unlinkSync(`${path}.${1_000 - i}`);
        }),
        { numRuns: 8 },
      );
    },
  );
});
