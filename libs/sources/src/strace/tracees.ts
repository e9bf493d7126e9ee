/** Threads that are remembered at once; beyond it the one first seen is forgotten. */
const MAX_TRACEES = 8_192;

/**
 * Whose a line is that names no thread. On its standard error `strace -f` writes `[pid N]` only while it traces more
 * than one: a line without it belongs to the one that remains. State: the threads alive, at most 8,192.
 */
export class Tracees {
  /** A line with `[pid N]` was seen: before that, and where strace writes to a file, this class has no say. */
  prefixes = false;
  readonly #alive = new Set<number>();
  #last = -1;

  /** A line named the thread. */
  seen(thread: number): void {
    if (thread === this.#last) return;
    this.prefixes = true;
    this.#last = thread;
    this.attached(thread);
  }

  /** strace told that it traces the thread too. */
  attached(thread: number): void {
    if (this.#alive.has(thread)) return;
    this.#alive.add(thread);
    if (this.#alive.size <= MAX_TRACEES) return;
    for (const oldest of this.#alive) {
      this.#alive.delete(oldest);
      return;
    }
  }

  ended(thread: number): void {
    this.#alive.delete(thread);
    if (thread === this.#last) this.#last = -1;
  }

  /** The thread of a line that names none; 0, the one that strace began with, where nobody else is left. */
  sole(): number {
    if (this.#last >= 0 && this.#alive.size !== 1) return this.#last;
    for (const thread of this.#alive) return thread;
    return 0;
  }
}
