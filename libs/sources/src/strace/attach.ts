import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

import { PlimsollError, type SourceItem } from '@plimsoll/contracts';

import { containerByName } from './container-names.js';
import { ItemQueue } from './item-queue.js';
import { containerProcesses, descriptorsOf, listProcesses, threadsOf, treeOf, type ProcessEntry } from './proc-tree.js';
import type { StraceSettings } from './strace-arguments.js';
import { StraceParser, type StraceCounts, type StraceOptions } from './strace-parser.js';
import { StraceProcess } from './strace-process.js';

/** What to attach to. A process comes with its children; a container is named by id (12 digits do) or by name. */
export type AttachTarget =
  { readonly pid: number } | { readonly container: string } | { readonly command: readonly string[] };

export interface AttachOptions<Exchange> extends StraceSettings, StraceOptions<Exchange> {
  /** Detaches and ends the trace. A command that strace started ends with it. */
  readonly signal?: AbortSignal;
  /** Calls that wait for a slow reader; beyond it the oldest are dropped and announced as a gap. Default 1,048,576. */
  readonly queuedCalls?: number;
  /** How often to look for processes of the target that no fork led to (`docker exec`); default 2,000. */
  readonly rescanMs?: number;
  /** The program to run; default `strace` on the path. */
  readonly strace?: string;
}

/** A trace under way. */
export interface LiveTrace {
  /** What is read, until the target or the trace ends; the last item is `end`. One reader. */
  readonly items: AsyncIterable<SourceItem>;
  readonly counts: Readonly<StraceCounts>;
  /** What passed that nobody can read, in words with what to do; undefined where nothing did. */
  readonly notice: string | undefined;
  /** Calls dropped because the reader was slow. */
  readonly lostCalls: number;
  /** Processes that came to the target after the start and were attached to then: what they did before is not seen. */
  readonly latePids: readonly number[];
}

/** Straces that may run for one target at once, and late processes that are remembered. */
const MAX_STRACES = 32;
const MAX_LATE = 4_096;
/** How often to look whether strace has attached; it takes some ten milliseconds where the machine is idle. */
const ATTACH_POLL_MS = 20;

/**
 * Runs strace on the target and reads it while it runs; forks are followed, and processes that join the target
 * otherwise are found every `rescanMs`. Resolves when they are traced: what they do from then on is seen. The reader never slows the traced program: what cannot be queued is dropped,
 * counted and announced. Throws `bad-configuration` where no such process or container is; the items throw
 * `unavailable` where strace is missing or may not trace (it needs root or SYS_PTRACE).
 */
export async function attachStrace<Exchange = never>(
  target: AttachTarget,
  options: AttachOptions<Exchange> = {},
): Promise<LiveTrace> {
  if ('command' in target) return new RunningTrace(options).start({ command: target.command });
  const members = await membersOf(target);
  if (members.length === 0) {
    const what =
      'pid' in target ? `process ${target.pid}` : `container ${JSON.stringify(target.container.slice(0, 128))}`;
    throw new PlimsollError('bad-configuration', `there is no ${what} here`);
  }
  // A name is looked up once: what it then meant is what stays traced.
  const fixed = 'container' in target ? { container: members[0]?.containerId ?? target.container } : target;
  const pids = members.map(({ pid }) => pid);
  const trace = await new RunningTrace(options).start({ pids });
  await trace.attached(pids);
  trace.watch(() => membersOf(fixed), options.rescanMs ?? 2_000);
  return trace;
}

async function membersOf(target: { pid: number } | { container: string }): Promise<ProcessEntry[]> {
  // Tracing oneself would make each call that is read another call to read.
  const processes = (await listProcesses()).filter(({ pid }) => pid !== process.pid);
  if ('pid' in target) {
    return processes.some(({ pid }) => pid === target.pid) ? treeOf(processes, target.pid) : [];
  }
  const members = containerProcesses(processes, target.container);
  if (members.length > 0) return members;
  const id = await containerByName(target.container);
  return id === undefined ? [] : containerProcesses(processes, id);
}

class RunningTrace<Exchange> implements LiveTrace {
  readonly items: AsyncIterable<SourceItem>;
  readonly latePids: number[] = [];
  private readonly parser: StraceParser<Exchange>;
  private readonly queue: ItemQueue;
  private readonly running = new Set<StraceProcess>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: AttachOptions<Exchange>) {
    this.parser = new StraceParser(options);
    this.queue = new ItemQueue(options.queuedCalls ?? 1_048_576);
    this.items = this.queue.items();
  }

  get counts(): Readonly<StraceCounts> {
    return this.parser.counts;
  }

  get notice(): string | undefined {
    return this.parser.notice;
  }

  get lostCalls(): number {
    return this.queue.lostCalls;
  }

  async start(target: Parameters<typeof StraceProcess.start>[0]): Promise<this> {
    await this.run(target);
    const { signal } = this.options;
    if (signal?.aborted) this.detach();
    else signal?.addEventListener('abort', this.detach, { once: true });
    return this;
  }

  /** Resolves when somebody traces every one of these that is still there, or nobody will. */
  async attached(pids: readonly number[]): Promise<void> {
    const wanted = new Set(pids);
    while (this.running.size > 0) {
      const free = (await listProcesses()).some(({ pid, tracer }) => wanted.has(pid) && tracer === 0);
      if (!free) return;
      await sleep(ATTACH_POLL_MS);
    }
  }

  /** Attaches to what joins the target and is not traced. */
  watch(members: () => Promise<ProcessEntry[]>, everyMs: number): void {
    const look = async (): Promise<void> => {
      const own = new Set([...this.running].map(({ pid }) => pid));
      const present = await members();
      // Again: a thread that was born while strace was attaching has its birth in no trace.
      await this.tellThreads(
        present.map(({ pid }) => pid),
        false,
      );
      const untraced = present.filter(({ pid, tracer }) => tracer === 0 && !own.has(pid)).map(({ pid }) => pid);
      // Once each: what refused to be traced would refuse again.
      const late = untraced.filter((pid) => !this.latePids.includes(pid));
      if (late.length > 0 && this.timer && this.running.size < MAX_STRACES) {
        this.latePids.push(...late.slice(0, MAX_LATE - this.latePids.length));
        await this.run({ pids: late });
      }
      this.timer?.refresh();
    };
    this.timer = setTimeout(() => {
      look().catch((error: unknown) => {
        this.fail(error);
      });
    }, everyMs).unref();
  }

  private async run(target: Parameters<typeof StraceProcess.start>[0]): Promise<void> {
    if ('pids' in target) await this.tellThreads(target.pids, true);
    const strace = await StraceProcess.start(target, this.options, (lines) => {
      this.queue.push(this.parser.push(lines));
    });
    this.running.add(strace);
    void strace.ended.then((error) => {
      this.running.delete(strace);
      if (this.running.size > 0) return;
      this.stop();
      if (error && this.counts.lines === 0) this.queue.fail(error);
      else this.queue.end(this.parser.end());
    });
  }

  /** Threads that ran before the attach do not show in the trace whose they are, nor descriptors what they are. */
  private async tellThreads(pids: readonly number[], begins: boolean): Promise<void> {
    const { observer } = this.options;
    if (!observer) return;
    for (const pid of pids) {
      for (const thread of await threadsOf(pid)) observer.belongs(thread, pid);
      if (begins) for (const [fd, socket] of await descriptorsOf(pid)) observer.holds(pid, fd, socket);
    }
  }

  private readonly detach = (): void => {
    this.stop();
    for (const strace of this.running) {
      strace.detach().catch((error: unknown) => {
        this.fail(error);
      });
    }
  };

  private fail(error: unknown): void {
    this.queue.fail(
      error instanceof Error ? error : new PlimsollError('unavailable', 'the processes cannot be listed'),
    );
    this.detach();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.options.signal?.removeEventListener('abort', this.detach);
  }
}
