import type { SourceKind, SyscallBatch } from '@plimsoll/contracts';
import { CallBatcher } from '@plimsoll/pipelines';
import { openSource } from '@plimsoll/sources';

/** One trace of a data set: a container of its own, held in memory. */
export interface Trace {
  /** File name without folder and endings. */
  readonly name: string;
  readonly label: 'benign' | 'attack';
  /** Scenario, kind of attack, or folder. */
  readonly group: string;
  readonly batches: readonly SyscallBatch[];
  /** All call numbers in their order: what baselines read. */
  readonly calls: Uint16Array;
}

/** What a trace is, by its name and the file's path within the source. */
export type TraceNaming = (name: string, file: string) => Pick<Trace, 'label' | 'group'>;

const BATCH = { calls: 4_096, growUs: 0, maxCalls: 4_096, maxAgeUs: 4_000_000_000 };

/** Reads every trace of a folder (or of a folder in an archive), through the same parsers that the collector uses. */
export async function readTraces(
  path: string,
  kind: SourceKind,
  naming: TraceNaming,
  signal?: AbortSignal,
): Promise<Trace[]> {
  const where = { application: 'study', workload: kind, container: 'trace' };
  const batchers = new Map<string, { batcher: CallBatcher; batches: SyscallBatch[] }>();
  const items = openSource(
    { workload: kind, kind, path },
    { ...where, stream: kind, privacy: 'balanced' },
    signal ? { signal } : {},
  );
  for await (const item of items) {
    if (item.type !== 'calls') continue;
    const file = item.of?.container ?? path;
    const open = batchers.get(file) ?? {
      batcher: new CallBatcher({ ...where, container: file }, file, BATCH),
      batches: [],
    };
    batchers.set(file, open);
    open.batches.push(...open.batcher.push(item.calls));
  }
  return [...batchers]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, { batcher, batches }]) => {
      const all = [...batches, batcher.end()];
      return { name: nameOf(file), ...naming(nameOf(file), file), batches: all, calls: joined(all) };
    });
}

function nameOf(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.gz$/, '').replace(/\.(txt|sc)$/, '');
}

function joined(batches: readonly SyscallBatch[]): Uint16Array {
  const calls = new Uint16Array(batches.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { numbers, count } of batches) {
    calls.set(numbers.subarray(0, count), at);
    at += count;
  }
  return calls;
}
