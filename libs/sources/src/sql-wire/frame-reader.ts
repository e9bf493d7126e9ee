import type { TimeUs } from '@plimsoll/contracts';

import { KeptBytes, type ByteBudget } from '../bytes/byte-budget.js';

/** One message of a protocol that writes each message's length before it. */
export interface Frame {
  /** The header's bytes, lent. */
  readonly header: Uint8Array;
  /** The body as far as it was seen and up to the limit, lent. */
  readonly body: Uint8Array;
  /** The body's length by the header. */
  readonly bodyBytes: number;
  /** `body` holds every byte. */
  readonly complete: boolean;
  /** When and where the frame's first byte passed. */
  readonly thread: number;
  readonly firstUs: TimeUs;
  readonly endUs: TimeUs;
}

export interface FrameFormat {
  readonly headerBytes: number;
  /** The body's length, or -1 where the header cannot be one. */
  bodyLength(header: Uint8Array): number;
}

/**
 * Frames out of bytes with holes, for one direction of a connection. A frame within one segment is lent without a copy.
 * A hole that hides where a frame begins loses the place until `restart`.
 */
export class FrameReader {
  lost = false;
  private readonly header: Uint8Array;
  private headerFilled = 0;
  private bodyBytes = 0;
  private remaining = 0;
  private inBody = false;
  private readonly body: KeptBytes;
  private thread = 0;
  private firstUs = 0;

  constructor(
    private readonly format: FrameFormat,
    private readonly onFrame: (frame: Frame) => void,
    limitBytes: number,
    budget: ByteBudget,
  ) {
    this.header = new Uint8Array(format.headerBytes);
    this.body = new KeptBytes(limitBytes, budget);
  }

  /** Between two frames: the next byte begins one. */
  get idle(): boolean {
    return !this.lost && !this.inBody && this.headerFilled === 0;
  }

  push(bytes: Uint8Array, missingBytes: number, thread: number, timeUs: TimeUs, endUs: TimeUs): void {
    let at = 0;
    while (at < bytes.length && !this.lost) {
      if (!this.inBody) {
        if (this.headerFilled === 0) {
          this.thread = thread;
          this.firstUs = timeUs;
        }
        at = this.fillHeader(bytes, at);
        if (this.headerFilled < this.format.headerBytes) break;
        if (!this.startBody()) break;
        if (this.remaining > 0 && bytes.length - at >= this.remaining) {
          const end = at + this.remaining;
          this.deliver(bytes.subarray(at, end), true, endUs);
          at = end;
          continue;
        }
      }
      const take = Math.min(this.remaining, bytes.length - at);
      this.body.add(bytes.subarray(at, at + take));
      this.remaining -= take;
      at += take;
      if (this.remaining === 0) this.deliver(this.body.view(), this.body.whole, endUs);
    }
    if (missingBytes > 0 && !this.lost) this.hole(missingBytes, endUs);
  }

  /** The next byte begins a frame, whatever came before. */
  restart(): void {
    this.lost = false;
    this.reset();
  }

  /** The frame under way, as far as it was seen. */
  flush(endUs: TimeUs): void {
    if (this.inBody && !this.lost) this.deliver(this.body.view(), false, endUs);
    this.reset();
  }

  private fillHeader(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length && this.headerFilled < this.format.headerBytes)
      this.header[this.headerFilled++] = bytes[at++]!;
    return at;
  }

  private startBody(): boolean {
    const length = this.format.bodyLength(this.header);
    if (length < 0) {
      this.lost = true;
      this.reset();
      return false;
    }
    this.inBody = true;
    this.bodyBytes = length;
    this.remaining = length;
    return true;
  }

  private hole(missing: number, endUs: TimeUs): void {
    if (!this.inBody || missing > this.remaining) {
      if (this.inBody) this.deliver(this.body.view(), false, endUs);
      this.lost = true;
      this.reset();
      return;
    }
    this.body.skip(missing);
    this.remaining -= missing;
    if (this.remaining === 0) this.deliver(this.body.view(), false, endUs);
  }

  private deliver(body: Uint8Array, complete: boolean, endUs: TimeUs): void {
    const { header, bodyBytes, thread, firstUs } = this;
    this.inBody = false;
    this.headerFilled = 0;
    this.onFrame({ header, body, bodyBytes, complete, thread, firstUs, endUs });
    this.body.clear();
  }

  private reset(): void {
    this.inBody = false;
    this.headerFilled = 0;
    this.remaining = 0;
    this.body.clear();
  }
}
