import { CALL_NUMBERS, callNumber, eachDigest, mayHold, type SyscallBatch } from '@plimsoll/contracts';

const IS_EXEC = new Uint8Array(CALL_NUMBERS);
for (const name of ['execve', 'execveat']) IS_EXEC[callNumber(name)] = 1;

/** One execution of a program that the workload never executed while it was learned. */
export interface NewProgram {
  readonly ordinal: number;
  readonly timeUs: number;
  readonly thread: number;
  readonly digest: number;
  readonly name: string;
}

/** New programs kept of one window. */
export const MAX_NEW_PROGRAMS = 8;
/** Names kept for digests whose call has not come yet. */
const MAX_PENDING_NAMES = 256;

/** Calls `visit` for each execution in `[from, to)` that names its program. */
export function eachExecution(
  batch: SyscallBatch,
  from: number,
  to: number,
  visit: (at: number, digest: number) => void,
): void {
  if (!mayHold(batch, IS_EXEC)) return;
  const { numbers } = batch;
  for (let i = from; i < to; i++) {
    if (IS_EXEC[numbers[i]!] !== 1) continue;
    // Asked for where a program is executed at all: digests are laid out then.
    const digest = batch.digests?.[i] ?? 0;
    if (digest !== 0) visit(i, digest);
  }
}

/**
 * Names whose calls come in a later batch: a source names a digest with the chunk in which it is first shown, which may
 * be cut into several batches. What a batch both names and uses is not kept, so batching does not change the words.
 */
export class PendingNames {
  readonly #names = new Map<number, string>();

  entries(): IterableIterator<[number, string]> {
    return this.#names.entries();
  }

  get size(): number {
    return this.#names.size;
  }

  restore(digest: number, name: string): void {
    this.#names.set(digest, name);
  }

  name(batch: SyscallBatch, digest: number): string | undefined {
    return batch.names.get(digest) ?? this.#names.get(digest);
  }

  /** After the batch was scored. */
  settle(batch: SyscallBatch): void {
    if (batch.names.size === 0 && this.#names.size === 0) return;
    for (const [digest, name] of batch.names) this.#names.set(digest, name);
    eachDigest(batch, (digest) => this.#names.delete(digest));
    for (const digest of this.#names.keys()) {
      if (this.#names.size <= MAX_PENDING_NAMES) break;
      this.#names.delete(digest);
    }
  }
}
