import type { SourceItem } from '@plimsoll/contracts';

import { Refusals, type RefusalCause } from '../refusals.js';
import { noCounts, type SourceContext, type SourceCounts } from '../source.js';

import { auditEvent } from './audit-event.js';
import { auditRecords } from './audit-records.js';
import type { JsonRecord } from './json-value.js';
import { PodAddresses } from './pod-addresses.js';
import { StageFilter, type Counted } from './stage-filter.js';

/** What an audit log held beside requests. */
export interface AuditCounts extends SourceCounts {
  /** Events whose bodies the API server left out, being too long: what they wrote is unknown. */
  truncated: number;
  /** Requests with the auditID of another. */
  reused: number;
}

/**
 * What a cluster's audit stream remembers between events, whether lines of a file or deliveries of a webhook bring them.
 * Each record counts as a line.
 */
export class AuditNormaliser {
  readonly refusals = new Refusals();
  readonly #counts = { ...noCounts(), truncated: 0, reused: 0 };
  readonly #context: SourceContext;
  readonly #stages = new StageFilter();
  readonly #pods = new PodAddresses();

  constructor(context: SourceContext) {
    this.#context = context;
  }

  get counts(): Readonly<AuditCounts> {
    return { ...this.#counts, ignored: this.#counts.ignored + this.#stages.passedOver };
  }

  /** Takes what was parsed from `bytes`: an event, a list of them, or either in a wrapper. */
  take(value: unknown, bytes: Buffer): SourceItem[] {
    const records = auditRecords(value);
    if (records === undefined) {
      this.refuse('not of this form', bytes);
      return [];
    }
    if (records === 'nothing') {
      this.#counts.lines += 1;
      this.#counts.ignored += 1;
      return [];
    }
    this.#counts.lines += records.length;
    return records.flatMap((raw) => this.#one(raw, bytes));
  }

  /** A line that holds no record at all. */
  refuse(cause: RefusalCause, bytes: Buffer): void {
    this.#counts.lines += 1;
    this.refusals.add(this.#counts, cause, bytes, 0, bytes.length);
  }

  end(): SourceItem[] {
    return this.#emit(this.#stages.end(), Buffer.alloc(0));
  }

  #one(raw: JsonRecord, bytes: Buffer): SourceItem[] {
    if (typeof raw['auditID'] !== 'string' || raw['auditID'] === '') {
      this.refusals.add(this.#counts, 'no event within', bytes, 0, bytes.length);
      return [];
    }
    return this.#emit(this.#stages.push(raw), bytes);
  }

  #emit(counted: readonly Counted[], bytes: Buffer): SourceItem[] {
    const items: SourceItem[] = [];
    for (const { raw, reused } of counted) {
      const event = auditEvent(raw, this.#context, this.#pods, reused);
      if (event === undefined) {
        this.refusals.add(this.#counts, 'no event within', bytes, 0, bytes.length);
        continue;
      }
      if (event.truncated === true) this.#counts.truncated += 1;
      if (reused) this.#counts.reused += 1;
      items.push({ type: 'event', event });
    }
    this.#counts.read += items.length;
    this.#counts.events += items.length;
    return items;
  }
}
