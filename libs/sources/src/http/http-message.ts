import type { TimeUs } from '@plimsoll/contracts';

import { KeptBytes, type ByteBudget } from '../bytes/byte-budget.js';
import { headEnd, simpleRequestEnd } from './http-head.js';

/** How a body's end is found: there is none, after so many bytes, by its chunks, or where the connection ends. */
export type Framing = number | 'chunked' | 'until-close';

/** One message as it passes by: head, then body. */
export interface HttpMessage {
  readonly head: Uint8Array;
  /** The head was seen to its empty line. */
  readonly headComplete: boolean;
  readonly body: KeptBytes;
  readonly firstUs: TimeUs;
  readonly thread: number;
}

/** What takes the messages of one direction, and decides how each body ends. */
export interface MessageSink {
  head(message: HttpMessage): Framing;
  /** The body has ended; `complete` where it was seen to end as its head said. */
  done(message: HttpMessage, complete: boolean, endUs: TimeUs): void;
}

/** Longest head that is looked at. */
const MAX_HEAD_BYTES = 65_536;
/** Longest request line of HTTP/0.9. */
const MAX_SIMPLE_BYTES = 8_192;
/** How much of the line with a chunk's size is held. */
const MAX_CHUNK_LINE = 80;
const LINE_FEED = 10;

type State =
  'head' | 'fixed' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'lost' | 'opaque';

/**
 * The messages of one direction of an HTTP/1 connection, out of bytes with holes. A hole in a body of known length is
 * counted; a hole that hides where something ends loses the place (`lost`) until `resync`. Holds one head and one
 * body, within the budget.
 */
export class HttpMessageReader {
  private state: State = 'head';
  private readonly pendingHead: KeptBytes;
  private message: HttpMessage | undefined;
  private remaining = 0;
  private line = '';
  private firstUs = 0;
  private thread = 0;
  private endUs = 0;
  /** Where the message under way ends is not sure: its chunks are of a form that servers read in different ways. */
  irregular = false;

  constructor(
    private readonly of: 'requests' | 'responses',
    private readonly sink: MessageSink,
    private readonly bodyLimitBytes: number,
    private readonly budget: ByteBudget,
  ) {
    this.pendingHead = new KeptBytes(MAX_HEAD_BYTES, budget);
  }

  /** What is under way: 3 a message, 2 the beginning of one, 1 nothing. */
  get worth(): number {
    if (this.message !== undefined) return 3;
    return this.pendingHead.size > 0 ? 2 : 1;
  }

  /** What comes next may belong to any part of a message: a segment that begins like one may be one. */
  get lost(): boolean {
    return this.state === 'lost';
  }

  push(bytes: Uint8Array, missingBytes: number, thread: number, timeUs: TimeUs, endUs: TimeUs): void {
    this.endUs = endUs;
    let at = 0;
    while (at < bytes.length) {
      if (this.state === 'head' && this.pendingHead.size === 0) {
        at = skipEmptyLines(bytes, at);
        if (at >= bytes.length) break;
        this.firstUs = timeUs;
        this.thread = thread;
      }
      at = this.step(bytes, at);
    }
    if (missingBytes > 0) this.hole(missingBytes);
  }

  /** The message under way is over, and the next byte begins another. */
  resync(): void {
    this.close(false);
    this.state = 'head';
  }

  /** Nothing more will come. */
  end(): void {
    this.close(this.state === 'until-close');
    this.state = 'opaque';
  }

  private step(bytes: Uint8Array, at: number): number {
    switch (this.state) {
      case 'head':
        return this.readHead(bytes, at);
      case 'fixed':
      case 'chunk-data':
        return this.readCounted(bytes, at);
      case 'chunk-size':
      case 'chunk-end':
      case 'trailer':
        return this.readLine(bytes, at);
      case 'until-close':
        this.message?.body.add(bytes.subarray(at));
        return bytes.length;
      case 'lost':
      case 'opaque':
        return bytes.length;
    }
  }

  private readHead(bytes: Uint8Array, at: number): number {
    const before = this.pendingHead.size;
    const rest = bytes.subarray(at, at + MAX_HEAD_BYTES);
    const inOne = before === 0 ? this.endOf(rest, 0) : -1;
    if (inOne >= 0) {
      this.begin(rest.slice(0, inOne), true, undefined);
      return at + inOne;
    }
    this.pendingHead.add(rest);
    const seen = this.pendingHead.view();
    const end = this.endOf(seen, before);
    if (end < 0) {
      if (!this.pendingHead.whole) this.begin(seen.slice(), false, 'lost');
      return bytes.length;
    }
    this.begin(seen.slice(0, end), true, undefined);
    return at + end - before;
  }

  private endOf(head: Uint8Array, before: number): number {
    const simple = this.of === 'requests' && before < MAX_SIMPLE_BYTES ? simpleRequestEnd(head) : -1;
    return simple >= 0 ? simple : headEnd(head, before);
  }

  private begin(head: Uint8Array, headComplete: boolean, forced: 'lost' | undefined): void {
    this.pendingHead.clear();
    this.irregular = false;
    const body = new KeptBytes(this.bodyLimitBytes, this.budget);
    this.message = { head, headComplete, body, firstUs: this.firstUs, thread: this.thread };
    const framing = this.sink.head(this.message);
    if (forced) this.state = forced;
    else if (framing === 'chunked') this.state = 'chunk-size';
    else if (framing === 'until-close') this.state = 'until-close';
    else {
      this.state = 'fixed';
      this.remaining = framing;
      if (framing === 0) this.close(true);
    }
    this.line = '';
  }

  private readCounted(bytes: Uint8Array, at: number): number {
    const take = Math.min(this.remaining, bytes.length - at);
    this.message?.body.add(bytes.subarray(at, at + take));
    this.count(take);
    return at + take;
  }

  private count(bytes: number): void {
    this.remaining -= bytes;
    if (this.remaining > 0) return;
    if (this.state === 'fixed') this.close(true);
    else this.state = 'chunk-end';
  }

  /** A chunk's size, the empty line behind its data, or a line of the trailer. */
  private readLine(bytes: Uint8Array, at: number): number {
    const feed = bytes.indexOf(LINE_FEED, at);
    const end = feed < 0 ? bytes.length : feed;
    const part = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1');
    // Any number of zeros may stand in front, and an extension of any length behind.
    this.line = `${this.line}${part}`.replace(/^0+(?=0)/, '').slice(0, MAX_CHUNK_LINE);
    if (feed < 0) return bytes.length;
    const text = this.line;
    this.line = '';
    if (this.state === 'trailer') {
      if (text === '' || text === '\r') this.close(true);
    } else if (this.state === 'chunk-size') {
      this.chunkSize(text);
    } else {
      if (text !== '\r') this.irregular = true;
      if (text === '' || text === '\r') this.state = 'chunk-size';
      else this.lose();
    }
    return feed + 1;
  }

  private chunkSize(text: string): void {
    const [, digits, more] = /^0*([0-9a-fA-F]{1,12})[ \t]*(;|\r$)?/.exec(text) ?? [];
    if (digits === undefined) {
      this.lose();
      return;
    }
    if (more === undefined && text.length < MAX_CHUNK_LINE) this.irregular = true;
    this.remaining = Number.parseInt(digits, 16);
    this.state = this.remaining === 0 ? 'trailer' : 'chunk-data';
  }

  private hole(missing: number): void {
    const body = this.message?.body;
    if (body && (this.state === 'until-close' || this.state === 'lost')) {
      body.skip(missing);
      return;
    }
    if (body && (this.state === 'fixed' || this.state === 'chunk-data') && missing <= this.remaining) {
      body.skip(missing);
      this.count(missing);
      return;
    }
    if (this.state === 'head' && this.pendingHead.size > 0) {
      this.begin(this.pendingHead.view().slice(), false, 'lost');
      return;
    }
    this.lose();
  }

  private lose(): void {
    if (this.state === 'opaque') return;
    this.irregular = true;
    this.message?.body.spoil();
    this.state = 'lost';
  }

  private close(complete: boolean): void {
    if (this.state !== 'opaque') this.state = 'head';
    if (this.pendingHead.size > 0) {
      const head = this.pendingHead.view().slice();
      this.begin(head, false, 'lost');
    }
    const { message } = this;
    if (!message) return;
    this.message = undefined;
    this.state = 'head';
    this.sink.done(message, complete && message.headComplete, this.endUs);
  }
}

function skipEmptyLines(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && (bytes[at] === LINE_FEED || bytes[at] === 13)) at++;
  return at;
}
