import { PlimsollError, type SourceItem } from '@plimsoll/contracts';

import type { Refusal } from '../refusals.js';
import type { SourceContext } from '../source.js';

import { AuditNormaliser, type AuditCounts } from './audit-normaliser.js';

/** Largest body that is read: the API server's own limit of a batch (400 events, 12 MiB) with room to spare. */
export const MAX_WEBHOOK_BYTES = 32 * 1_048_576;

/**
 * The events of audit webhook deliveries of one cluster: an EventList, or a bare Event. Deliveries may repeat (the API
 * server retries what was not answered in time): a repeated request counts once. `end` gives the requests that nobody
 * saw answered.
 */
export class K8sAuditWebhook {
  readonly #normaliser: AuditNormaliser;

  constructor(context: SourceContext) {
    this.#normaliser = new AuditNormaliser(context);
  }

  get counts(): Readonly<AuditCounts> {
    return this.#normaliser.counts;
  }

  get refusals(): readonly Refusal[] {
    return this.#normaliser.refusals.list;
  }

  /** The events of one body. Throws `too-large`, or `bad-message` where the body is no JSON: answer 413 or 400, once. */
  accept(body: Uint8Array): readonly SourceItem[] {
    if (body.byteLength > MAX_WEBHOOK_BYTES) {
      throw new PlimsollError(
        'too-large',
        `an audit delivery of ${body.byteLength} bytes; the limit is ${MAX_WEBHOOK_BYTES}`,
      );
    }
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new PlimsollError('bad-message', 'an audit delivery that is no JSON');
    }
    return this.#normaliser.take(value, bytes);
  }

  end(): readonly SourceItem[] {
    return this.#normaliser.end();
  }
}
