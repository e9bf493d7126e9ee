import type { SourceItem } from '@plimsoll/contracts';

import type { SourceContext, SourceCounts } from '../source.js';

import { auditEvent } from './audit-event.js';
import { record, type JsonRecord } from './json-value.js';
import { PodAddresses } from './pod-addresses.js';
import { StageFilter } from './stage-filter.js';

/** What a cluster's audit stream remembers between events, whether lines of a file or deliveries of a webhook bring them. */
export class AuditNormaliser {
  readonly counts: SourceCounts = { lines: 0, events: 0, malformed: 0 };
  readonly #context: SourceContext;
  readonly #stages = new StageFilter();
  readonly #pods = new PodAddresses();

  constructor(context: SourceContext) {
    this.#context = context;
  }

  /** Takes one parsed audit event, or a list of them; anything else counts as malformed. */
  take(value: unknown): SourceItem[] {
    const raw = record(value);
    if (raw === undefined) {
      this.counts.malformed += 1;
      return [];
    }
    const items = raw['items'];
    if (raw['auditID'] === undefined && Array.isArray(items)) return items.flatMap((item) => this.#one(record(item)));
    return this.#one(raw);
  }

  end(): SourceItem[] {
    return this.#emit(this.#stages.end());
  }

  #one(raw: JsonRecord | undefined): SourceItem[] {
    if (raw === undefined || typeof raw['auditID'] !== 'string' || raw['auditID'] === '') {
      this.counts.malformed += 1;
      return [];
    }
    return this.#emit(this.#stages.push(raw));
  }

  #emit(raws: readonly JsonRecord[]): SourceItem[] {
    const items: SourceItem[] = [];
    for (const raw of raws) {
      const event = auditEvent(raw, this.#context, this.#pods);
      if (event === undefined) this.counts.malformed += 1;
      else items.push({ type: 'event', event });
    }
    this.counts.events += items.length;
    return items;
  }
}
