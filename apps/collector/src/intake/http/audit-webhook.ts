import type { SourceItem, Where } from '@plimsoll/contracts';
import { CollectorPipeline, messageRecord } from '@plimsoll/pipelines';
import { K8sAuditWebhook, type SourceContext } from '@plimsoll/sources';
import type { OutgoingRecord } from '@plimsoll/streaming';

import type { Arrivals } from '../arrivals.js';
import { OrderedDelivery, type Acceptor } from '../ordered-delivery.js';
import { checkMaySend, type IntakeServer } from './intake-server.js';

/** The cluster whose API server sends, and how its events are named. */
export interface AuditedCluster extends Where {
  readonly stream: string;
}

export interface AuditWebhookOptions {
  readonly cluster: AuditedCluster;
  readonly privacy: SourceContext['privacy'];
  readonly digestKey?: string;
  readonly outbox: Acceptor;
  readonly arrivals: Arrivals;
  /** Where on the server. Default `/v1/k8s-audit`. */
  readonly path?: string;
}

/** What the webhook was sent. */
export interface AuditWebhookCounts {
  /** Deliveries that were answered 200. */
  deliveries: number;
  /** Events that became records; repetitions and later stages left out. */
  events: number;
  /** Bodies beyond the limit: each a gap. */
  tooLarge: number;
}

const DEFAULT_AUDIT_PATH = '/v1/k8s-audit';

/**
 * Receives the audit webhook of one API server on an `IntakeServer`: an EventList or a bare Event. A delivery is
 * answered 200 once its events, and those of every delivery before it, are safe in the event log or in the spool; while
 * nothing takes them it is answered 503, and the API server tries again. Repeated deliveries are recognised by auditID.
 *
 * A body beyond the server's limit is refused with 413 and announced as a gap, since the API server will drop it.
 */
export class AuditWebhook {
  readonly counts: AuditWebhookCounts = { deliveries: 0, events: 0, tooLarge: 0 };
  readonly #webhook: K8sAuditWebhook;
  readonly #pipeline: CollectorPipeline;
  readonly #delivery: OrderedDelivery;
  readonly #arrivals: Arrivals;
  readonly #name: string;
  #lastUs = 0;

  constructor(server: IntakeServer, { cluster, privacy, digestKey, outbox, arrivals, path }: AuditWebhookOptions) {
    const { application, workload, container, stream } = cluster;
    const where = { application, workload, container };
    this.#webhook = new K8sAuditWebhook({ ...where, stream, privacy, ...(digestKey !== undefined && { digestKey }) });
    this.#pipeline = new CollectorPipeline(where, stream);
    this.#delivery = new OrderedDelivery(outbox);
    this.#arrivals = arrivals;
    this.#name = stream;
    arrivals.concerns(stream, where);
    server.post(
      path ?? DEFAULT_AUDIT_PATH,
      ({ body, applications }) => {
        checkMaySend({ applications }, application);
        return this.#take(body);
      },
      () => {
        this.#lost();
      },
    );
  }

  /** What was waiting for a later stage is delivered; the server should be closed before. */
  async stop(): Promise<void> {
    await this.#delivery.deliver(() => ({ records: this.#records(this.#webhook.end()) }));
  }

  async #take(body: Buffer): Promise<object> {
    const { records } = await this.#delivery.deliver(() => ({ records: this.#records(this.#webhook.accept(body)) }));
    this.counts.deliveries++;
    this.counts.events += records.length;
    return { events: records.length };
  }

  #records(found: readonly SourceItem[]): OutgoingRecord[] {
    const items = this.#arrivals.take(this.#name, found);
    for (const item of items) {
      if (item.type === 'event') this.#lastUs = Math.max(this.#lastUs, item.event.timeUs);
    }
    return items.flatMap((item) => this.#pipeline.push(item)).map(messageRecord);
  }

  #lost(): void {
    this.counts.tooLarge++;
    const gap = { startUs: this.#lastUs, endUs: this.#lastUs + 1, cause: 'source-drop' as const };
    const announced = this.#delivery.deliver(() => ({ records: this.#records([{ type: 'gap', gap }]) }));
    // Where nothing takes it now, it is owed: it goes before the next delivery.
    announced.catch(() => undefined);
  }
}
