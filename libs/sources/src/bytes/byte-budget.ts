/** What all connections of one trace may hold together: a limit that no number of connections gets around. */
export class ByteBudget {
  private used = 0;

  constructor(private readonly limitBytes: number) {}

  /** What is held now. */
  get heldBytes(): number {
    return this.used;
  }

  /** How many of `bytes` may be kept; they count until they are given back. */
  take(bytes: number): number {
    const granted = Math.max(0, Math.min(bytes, this.limitBytes - this.used));
    this.used += granted;
    return granted;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
  }
}

const NONE = new Uint8Array(0);

/** The beginning of a run of bytes: grows up to a limit and what the budget allows, and counts what it did not keep. */
export class KeptBytes {
  /** Bytes of the run, kept or not. */
  total = 0;
  /** The run was kept to its last byte. */
  whole = true;
  private bytes: Uint8Array = NONE;
  private length = 0;

  constructor(
    private readonly limitBytes: number,
    private readonly budget: ByteBudget,
  ) {}

  get size(): number {
    return this.length;
  }

  add(part: Uint8Array): void {
    this.total += part.length;
    if (!this.whole || part.length === 0) return;
    const room = Math.min(part.length, this.limitBytes - this.length);
    const kept = this.reserve(this.length + room) ? room : Math.max(0, this.bytes.length - this.length);
    this.bytes.set(part.subarray(0, kept), this.length);
    this.length += kept;
    if (kept < part.length) this.whole = false;
  }

  /** Bytes that passed unseen. What follows would stand at the wrong place and is not kept. */
  skip(count: number): void {
    if (count <= 0) return;
    this.total += count;
    this.whole = false;
  }

  /** What follows belongs elsewhere, or its place is unknown: nothing more is kept. */
  spoil(): void {
    this.whole = false;
  }

  /** What was kept, lent until the next call. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** What was kept, handed over; the run starts anew and gives its bytes back. */
  release(): Uint8Array {
    const bytes = this.length === this.bytes.length ? this.bytes : this.bytes.slice(0, this.length);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.budget.giveBack(this.bytes.length);
    this.bytes = NONE;
    this.length = 0;
    this.total = 0;
    this.whole = true;
  }

  private reserve(length: number): boolean {
    const have = this.bytes.length;
    if (length <= have) return true;
    // What comes in one piece is kept without a byte to spare, and handed over as it is.
    const wanted = Math.min(this.limitBytes, have === 0 ? length : Math.max(length, have * 2, 512));
    const granted = this.budget.take(wanted - have);
    const larger = new Uint8Array(have + granted);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    return larger.length >= length;
  }
}
