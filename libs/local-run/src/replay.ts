import { basename, dirname, resolve } from 'node:path';

import type { SourceKind, TimeUs, Where } from '@plimsoll/contracts';
import { CollectorPipeline, messageTimeUs, type CollectorMessage } from '@plimsoll/pipelines';
import { openSource, traceLive, type AttachTarget, type SourceReport } from '@plimsoll/sources';

import type { RecordingAt } from './recording-folder.js';

/** One source to replay: where its events belong, and the name of its stream. */
export interface ReplaySource {
  readonly where: Where;
  readonly stream: string;
  readonly kind: SourceKind;
  readonly path: string;
}

export interface ReplayOptions {
  readonly privacy?: 'strict' | 'balanced' | 'full';
  /** Bytes read so far and in all, over every source. */
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  /** Told of each source at its end what became of its lines. */
  readonly onRead?: (report: SourceReport, source: ReplaySource) => void;
  /** Alters or leaves out messages before anything else sees them: for studies of what an observation is worth. */
  readonly alter?: (message: CollectorMessage) => CollectorMessage | undefined;
  readonly signal?: AbortSignal;
  /** Of a live trace, at its end: what passed that nobody can read, in words with what to do. */
  readonly onNotice?: (notice: string) => void;
  /** Of a live trace: what is done from now on is seen. */
  readonly onAttached?: () => void;
  /** Of a live trace: all that was traced has ended by itself; nothing more is seen. */
  readonly onEnded?: () => void;
  /** Of a live trace: false lets batches fill, where nobody waits for them. Default true. */
  readonly prompt?: boolean;
}

/** A recording's sources. Each episode's containers are its own, so that no window reaches from one into another. */
export function sourcesOf({ folder, recording }: RecordingAt): ReplaySource[] {
  const { application, episode } = recording;
  return recording.sources.map(({ workload, kind, path }) => ({
    where: { application, workload, container: `${episode}/${workload}` },
    stream: `${application}/${episode}/${path}`,
    kind,
    path: resolve(folder, path),
  }));
}

/**
 * A source given on the command line. Its stream is named by the file and its folder, wherever that folder lies, so the
 * same recording gives the same identities on every machine; `ordinal` keeps apart what would have the same name.
 */
export function sourceAt(
  application: string,
  workload: string,
  kind: SourceKind,
  path: string,
  ordinal: number,
): ReplaySource {
  const name = path === '-' ? 'stdin' : `${basename(dirname(resolve(path)))}/${basename(path)}`;
  const stream = ordinal === 0 ? name : `${name}#${ordinal}`;
  return { where: { application, workload, container: `${workload}/${stream}` }, stream, kind, path };
}

/**
 * The messages of several sources in event time, as a collector would have published them: each source keeps its order,
 * and the source whose next message begins first goes first. Holds one message a source.
 */
export async function* replay(
  sources: readonly ReplaySource[],
  options: ReplayOptions = {},
): AsyncGenerator<CollectorMessage> {
  const progress = new TotalProgress(sources.length, options.onProgress);
  const heads = await Promise.all(
    sources.map((source, i) =>
      advance(
        messagesOf(source, options, (read, total) => {
          progress.report(i, read, total);
        }),
      ),
    ),
  );
  for (;;) {
    const next = earliest(heads);
    if (!next) return;
    yield next.message;
    Object.assign(next, await advance(next.rest));
  }
}

/**
 * The messages of a running process and its children, of a container's processes, or of a program that is started, as
 * they happen, until `signal` aborts or the process ends. What a read brought leaves at once, unless `prompt` is false:
 * a batch does not wait to be full. What a started program prints goes to standard error.
 */
export async function* live(
  where: Where,
  target: AttachTarget,
  options: ReplayOptions = {},
): AsyncGenerator<CollectorMessage> {
  const { privacy = 'balanced', signal } = options;
  const stream = `live/${where.container}`;
  const pipeline = new CollectorPipeline(where, stream);
  const trace = await traceLive(target, { ...where, stream, privacy }, signal, { shows: 'command' in target });
  options.onAttached?.();
  for await (const item of trace.items) {
    yield* pipeline.push(item);
    if (options.prompt !== false) yield* pipeline.flush();
  }
  yield* pipeline.flush();
  if (signal?.aborted !== true) options.onEnded?.();
  if (trace.notice !== undefined) options.onNotice?.(trace.notice);
}

/** Event time of the first message of any of the sources; Infinity where they hold none. Reads no further than that. */
export async function firstEventTime(sources: readonly ReplaySource[]): Promise<TimeUs> {
  const messages = replay(sources);
  const first = await messages.next();
  await messages.return(undefined);
  return first.done ? Infinity : messageTimeUs(first.value);
}

interface Head {
  message: CollectorMessage | undefined;
  rest: AsyncIterator<CollectorMessage>;
}

async function advance(rest: AsyncIterator<CollectorMessage>): Promise<Head> {
  const next = await rest.next();
  return { message: next.done ? undefined : next.value, rest };
}

function earliest(heads: readonly Head[]): (Head & { message: CollectorMessage }) | undefined {
  let first: (Head & { message: CollectorMessage }) | undefined;
  for (const head of heads) {
    if (has(head) && (!first || messageTimeUs(head.message) < messageTimeUs(first.message))) first = head;
  }
  return first;
}

function has(head: Head): head is Head & { message: CollectorMessage } {
  return head.message !== undefined;
}

async function* messagesOf(
  source: ReplaySource,
  { privacy = 'balanced', signal, onRead, alter = (message) => message }: ReplayOptions,
  onProgress: (readBytes: number, totalBytes: number) => void,
): AsyncGenerator<CollectorMessage> {
  const { where, stream, kind, path } = source;
  const told =
    onRead &&
    ((report: SourceReport): void => {
      onRead(report, source);
    });
  const pipeline = new CollectorPipeline(where, stream);
  const items = openSource(
    { workload: where.workload, kind, path },
    { ...where, stream, privacy },
    { onProgress, ...(signal && { signal }), ...(told && { onRead: told }) },
  );
  for await (const item of items) {
    for (const message of pipeline.push(item)) {
      const altered = alter(message);
      if (altered) yield altered;
    }
  }
}

/** Sums what each source reports. */
class TotalProgress {
  readonly #read: number[];
  readonly #total: number[];
  readonly #tell: ((readBytes: number, totalBytes: number) => void) | undefined;

  constructor(sources: number, tell: ((readBytes: number, totalBytes: number) => void) | undefined) {
    this.#read = new Array<number>(sources).fill(0);
    this.#total = new Array<number>(sources).fill(0);
    this.#tell = tell;
  }

  report(source: number, readBytes: number, totalBytes: number): void {
    this.#read[source] = readBytes;
    this.#total[source] = totalBytes;
    this.#tell?.(this.#read.reduce(sum, 0), this.#total.reduce(sum, 0));
  }
}

function sum(a: number, b: number): number {
  return a + b;
}
