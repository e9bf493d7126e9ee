import type { SourceItem } from '@plimsoll/contracts';

import type { Refusal } from '../refusals.js';
import type { SourceContext, SourceParser } from '../source.js';

import { AuditNormaliser, type AuditCounts } from './audit-normaliser.js';
import { parsedWithin } from './json-value.js';

/** Longest line that is read: twice what an API server accepts as one object. A longer one is a counted gap. */
const MAX_LINE_BYTES = 4 * 1_048_576;
const NEWLINE = 0x0a;
/** Of a line that is skipped, what is kept to show it. */
const HEAD_BYTES = 512;

/**
 * Reads the audit log of an API server (audit.k8s.io/v1): one JSON object a line, an event or a list of events, bare or
 * in what a cloud or a shipper put around it (`audit-records.ts`). One over the limit is refused with a gap. Memory: one line, and what
 * `AuditNormaliser` remembers.
 */
export class K8sAuditParser implements SourceParser {
  readonly #normaliser: AuditNormaliser;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #skipping = false;
  /** The beginning of the line that is skipped. */
  #head: Buffer = Buffer.alloc(0);
  #lastUs = 0;

  constructor(context: SourceContext) {
    this.#normaliser = new AuditNormaliser(context);
  }

  get counts(): Readonly<AuditCounts> {
    return this.#normaliser.counts;
  }

  get refusals(): readonly Refusal[] {
    return this.#normaliser.refusals.list;
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    const items: SourceItem[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end), items);
      this.#line(items);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start), items);
    return items;
  }

  end(): readonly SourceItem[] {
    const items: SourceItem[] = [];
    this.#line(items);
    items.push(...this.#normaliser.end(), { type: 'end' });
    return items;
  }

  #keep(bytes: Uint8Array, items: SourceItem[]): void {
    if (bytes.byteLength === 0 || this.#skipping) return;
    if (this.#pendingBytes + bytes.byteLength > MAX_LINE_BYTES) {
      this.#skipping = true;
      this.#head = Buffer.concat([...this.#pending, bytes]).subarray(0, HEAD_BYTES);
      this.#pending = [];
      this.#pendingBytes = 0;
      items.push({
        type: 'gap',
        gap: { startUs: this.#lastUs, endUs: this.#lastUs + 1, lost: 1, cause: 'unreadable-input' },
      });
      return;
    }
    // The chunk is the caller's, who may use its memory again: what outlives the call is copied.
    this.#pending.push(bytes.slice());
    this.#pendingBytes += bytes.byteLength;
  }

  #line(items: SourceItem[]): void {
    if (this.#skipping) this.#normaliser.refuse('too long', this.#head);
    else if (this.#pendingBytes > 0) this.#read(Buffer.concat(this.#pending, this.#pendingBytes), items);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#skipping = false;
  }

  #read(bytes: Buffer, items: SourceItem[]): void {
    const line = bytes.toString('utf8').trim();
    if (line === '') return;
    for (const item of this.#normaliser.take(parsedWithin(line), bytes)) {
      if (item.type === 'event') this.#lastUs = Math.max(this.#lastUs, item.event.timeUs);
      items.push(item);
    }
  }
}
