/** Threads that may be within a call at once; beyond it the next in the table's order gives way. */
export const MAX_PENDING = 8_192;
/** Bytes of unfinished calls' arguments kept in all. */
const MAX_KEPT_BYTES = 33_554_432;
const SLOTS = MAX_PENDING * 4;
const EMPTY = 0xffffffff;
const NO_BYTES = Buffer.alloc(0);

/**
 * Calls that have begun and not returned, one a thread: open addressing over typed arrays, deletion by moving back, so
 * that a lookup is a probe or two however many threads come and go. State: under 1 MiB, and the kept arguments.
 */
export class PendingCalls {
  size = 0;
  readonly numbers = new Uint16Array(SLOTS);
  readonly startsUs = new Float64Array(SLOTS);
  readonly digests = new Uint32Array(SLOTS);
  private readonly threads = new Uint32Array(SLOTS).fill(EMPTY);
  private readonly sequence = new Float64Array(SLOTS);
  private readonly texts = new Map<number, Buffer>();
  private keptBytes = 0;
  private nextSequence = 0;
  private hand = 0;

  /** The slot of the thread's call, or -1. A slot is good until the next `add`, `remove` or `move`. */
  find(thread: number): number {
    let slot = slotOf(thread);
    while (this.threads[slot] !== EMPTY) {
      if (this.threads[slot] === thread) return slot;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return -1;
  }

  /** The caller has removed the thread's last call, and made room where `size` is `MAX_PENDING`. */
  add(thread: number, number: number, startUs: number, digest: number): void {
    let slot = slotOf(thread);
    while (this.threads[slot] !== EMPTY) slot = (slot + 1) & (SLOTS - 1);
    this.threads[slot] = thread;
    this.numbers[slot] = number;
    this.startsUs[slot] = startUs;
    this.digests[slot] = digest;
    this.sequence[slot] = this.nextSequence++;
    this.size++;
  }

  /** Keeps the arguments as far as the line showed them. False where the limit is reached and nothing was kept. */
  keep(thread: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.keptBytes + end - start > MAX_KEPT_BYTES) return false;
    this.texts.set(thread, Buffer.from(bytes.subarray(start, end)));
    this.keptBytes += end - start;
    return true;
  }

  /** Gives a call to another thread, which has none; its new slot. */
  rename(slot: number, thread: number): number {
    const [number, startUs, digest] = [this.numbers[slot]!, this.startsUs[slot]!, this.digests[slot]!];
    const text = this.texts.get(this.threads[slot]!);
    this.remove(slot);
    this.add(thread, number, startUs, digest);
    if (text) this.keep(thread, text, 0, text.length);
    return this.find(thread);
  }

  text(thread: number): Buffer {
    return this.texts.get(thread) ?? NO_BYTES;
  }

  threadAt(slot: number): number {
    return this.threads[slot]!;
  }

  /** A slot that gives way when the table is full: the next one in use. */
  victim(): number {
    while (this.threads[this.hand] === EMPTY) this.hand = (this.hand + 1) & (SLOTS - 1);
    return this.hand;
  }

  remove(slot: number): void {
    this.forget(this.threads[slot]!);
    this.size--;
    let hole = slot;
    let at = (slot + 1) & (SLOTS - 1);
    while (this.threads[at] !== EMPTY) {
      const home = slotOf(this.threads[at]!);
      if (((at - home) & (SLOTS - 1)) >= ((at - hole) & (SLOTS - 1))) {
        this.threads[hole] = this.threads[at]!;
        this.numbers[hole] = this.numbers[at]!;
        this.startsUs[hole] = this.startsUs[at]!;
        this.digests[hole] = this.digests[at]!;
        this.sequence[hole] = this.sequence[at]!;
        hole = at;
      }
      at = (at + 1) & (SLOTS - 1);
    }
    this.threads[hole] = EMPTY;
  }

  /** Slots in the order in which their calls began. */
  inOrder(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < SLOTS; slot++) if (this.threads[slot] !== EMPTY) slots.push(slot);
    return slots.sort((a, b) => this.sequence[a]! - this.sequence[b]!);
  }

  private forget(thread: number): void {
    if (this.texts.size === 0) return;
    const text = this.texts.get(thread);
    if (text === undefined) return;
    this.keptBytes -= text.length;
    this.texts.delete(thread);
  }
}

function slotOf(thread: number): number {
  return (Math.imul(thread, 0x9e3779b1) >>> 15) & (SLOTS - 1);
}
