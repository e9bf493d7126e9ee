/** A line longer than this keeps its head and `TAIL_BYTES` of its end; what lies between is dropped. */
export const MAX_LINE_BYTES = 1_048_576;
/** Enough of a line's end to hold its result, error text and duration. */
const TAIL_BYTES = 1_024;

const LIMIT = MAX_LINE_BYTES + TAIL_BYTES;
const KEPT_BYTES = 65_536;
const NEWLINE = 10;

/** `[start, end)` of `bytes` is one line without its line feed; `cut` where its middle was dropped. The bytes are lent. */
export type OnLine = (bytes: Buffer, start: number, end: number, cut: boolean) => void;

/** Lines out of chunks that end anywhere. Holds at most one line, and of that at most `MAX_LINE_BYTES + TAIL_BYTES`. */
export class LineReader {
  private held = Buffer.allocUnsafe(4_096);
  private heldBytes = 0;
  private cut = false;

  constructor(private readonly onLine: OnLine) {}

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    if (this.heldBytes > 0) {
      const newline = bytes.indexOf(NEWLINE);
      this.hold(bytes, 0, newline < 0 ? bytes.length : newline);
      if (newline < 0) return;
      this.release();
      start = newline + 1;
    }
    for (;;) {
      const newline = bytes.indexOf(NEWLINE, start);
      if (newline < 0) break;
      if (newline - start <= LIMIT) {
        this.onLine(bytes, start, newline, false);
      } else {
        this.hold(bytes, start, newline);
        this.release();
      }
      start = newline + 1;
    }
    this.hold(bytes, start, bytes.length);
  }

  /** The last line, where no line feed ended it. */
  end(): void {
    if (this.heldBytes > 0) this.release();
  }

  private release(): void {
    const [bytes, length, cut] = [this.held, this.heldBytes, this.cut];
    this.heldBytes = 0;
    this.cut = false;
    this.onLine(bytes, 0, length, cut);
    if (this.held.length > KEPT_BYTES) this.held = Buffer.allocUnsafe(4_096);
  }

  private hold(bytes: Buffer, start: number, end: number): void {
    const length = this.heldBytes + end - start;
    if (length <= LIMIT) {
      this.reserve(length);
      bytes.copy(this.held, this.heldBytes, start, end);
      this.heldBytes = length;
      return;
    }
    this.cut = true;
    this.reserve(LIMIT);
    let from = start;
    if (this.heldBytes < MAX_LINE_BYTES) {
      from = start + MAX_LINE_BYTES - this.heldBytes;
      bytes.copy(this.held, this.heldBytes, start, from);
      this.heldBytes = MAX_LINE_BYTES;
    }
    const keep = Math.max(0, Math.min(this.heldBytes - MAX_LINE_BYTES, TAIL_BYTES - (end - from)));
    this.held.copy(this.held, MAX_LINE_BYTES, this.heldBytes - keep, this.heldBytes);
    const tail = Math.max(from, end - TAIL_BYTES);
    bytes.copy(this.held, MAX_LINE_BYTES + keep, tail, end);
    this.heldBytes = MAX_LINE_BYTES + keep + end - tail;
  }

  private reserve(length: number): void {
    if (length <= this.held.length) return;
    const larger = Buffer.allocUnsafe(Math.min(LIMIT, Math.max(length, this.held.length * 2)));
    this.held.copy(larger, 0, 0, this.heldBytes);
    this.held = larger;
  }
}
