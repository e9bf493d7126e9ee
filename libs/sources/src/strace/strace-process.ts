import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

import { PlimsollError } from '@plimsoll/contracts';

import { MAX_LINE_BYTES } from '../bytes/line-reader.js';
import { listProcesses, treeOf } from './proc-tree.js';
import { straceArguments, type StraceSettings, type StraceTarget } from './strace-arguments.js';

/** A pipe that strace has let go of and that was silent for so long is empty. */
const QUIET_MS = 100;
/** How long strace gets to detach before it is asked more firmly. */
const DETACH_MS = 5_000;
const MAX_REMARKS = 4_096;
const NEWLINE = 10;
const STRACE_MISSING = 'strace is not installed, or not on the PATH (Debian: apt install strace)';

/** One strace that runs, and writes to a pipe of its own; what it reads is handed on in whole lines. */
export class StraceProcess {
  /** How it ended. Never rejects. */
  readonly ended: Promise<PlimsollError | undefined>;
  private readonly output: Socket;
  private readonly outputClosed: Promise<unknown>;
  private rest: Buffer = Buffer.alloc(0);
  private remarks = '';
  private detaching = false;

  private constructor(
    private readonly child: ChildProcess,
    fifo: string,
    private readonly folder: string,
    /** It started what it traces. */
    private readonly starts: boolean,
    private readonly onLines: (lines: Uint8Array) => void,
  ) {
    // Not blocking: a pipe that strace never opens, having failed, must hold up nothing.
    const fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    this.output = new Socket({ fd, readable: true, writable: false });
    this.outputClosed = new Promise((resolve) => this.output.once('close', resolve));
    this.output.on('data', (chunk) => {
      this.read(chunk);
    });
    this.output.on('error', (error) => {
      this.remarks = error.message;
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.remarks = (this.remarks + chunk.toString('latin1')).slice(-MAX_REMARKS);
    });
    this.ended = this.run();
  }

  /** Throws `unavailable` where no pipe can be made, `bad-configuration` on settings that strace cannot have. */
  static async start(
    target: StraceTarget,
    settings: StraceSettings & { readonly strace?: string },
    onLines: (lines: Uint8Array) => void,
  ): Promise<StraceProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-strace-'));
    try {
      const fifo = join(folder, 'trace');
      const made = await exitOf(spawn('mkfifo', ['-m', '600', fifo], { stdio: 'ignore' }));
      if (made === 'not started')
        throw new PlimsollError(
          'unavailable',
          'mkfifo and strace have to be on the PATH (Debian: apt install coreutils strace)',
        );
      if (made !== 0) throw new PlimsollError('unavailable', 'cannot make a pipe for strace to write to');
      const child = spawn(settings.strace ?? 'strace', straceArguments(target, fifo, settings), {
        stdio: ['ignore', settings.shows ? process.stderr.fd : 'ignore', 'pipe'],
      });
      if (settings.shows) child.stderr?.pipe(process.stderr, { end: false });
      return new StraceProcess(child, fifo, folder, 'command' in target, onLines);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** strace's own process id; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** strace lets go of all that it traces; a command that it started ends, with what that started. */
  async detach(): Promise<void> {
    this.detaching = true;
    const started = this.starts && this.child.pid !== undefined ? treeOf(await listProcesses(), this.child.pid) : [];
    await this.interrupt();
    for (const { pid } of started) if (pid !== this.child.pid) terminate(pid);
  }

  private async interrupt(): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined) return;
      this.child.kill(signal);
      await Promise.race([once(this.child, 'exit'), sleep(DETACH_MS, undefined, { ref: false })]);
    }
  }

  private async run(): Promise<PlimsollError | undefined> {
    const code = await exitOf(this.child);
    let before = -1;
    while (before !== this.output.bytesRead && !this.output.closed) {
      before = this.output.bytesRead;
      await Promise.race([this.outputClosed, sleep(QUIET_MS)]);
    }
    if (this.rest.length > 0) this.onLines(Buffer.concat([this.rest, Buffer.from('\n')]));
    this.output.destroy();
    // A program that goes on holds strace's standard error open.
    this.child.stderr?.destroy();
    await rm(this.folder, { recursive: true, force: true });
    if (code === 'not started') return new PlimsollError('unavailable', STRACE_MISSING);
    if (code === 0 || before > 0 || this.detaching) return undefined;
    const reason = this.remarks.trim().split('\n').at(-1)?.slice(0, 256) ?? '';
    return new PlimsollError(
      'unavailable',
      `strace cannot trace: ${reason === '' ? `exit code ${String(code)}` : reason}`,
    );
  }

  private read(chunk: Buffer): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.rest = Buffer.concat([this.rest, chunk]);
      // A line beyond what a parser holds anyway is handed on in parts.
      if (this.rest.length <= MAX_LINE_BYTES) return;
      this.onLines(this.rest);
      this.rest = Buffer.alloc(0);
      return;
    }
    if (this.rest.length > 0) this.onLines(this.rest);
    this.onLines(chunk.subarray(0, last + 1));
    this.rest = Buffer.from(chunk.subarray(last + 1));
  }
}

async function exitOf(child: ChildProcess): Promise<number | null | 'not started'> {
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve('not started');
    });
    child.once('exit', resolve);
  });
}

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
