import {
  Alert,
  ALERT_TYPES,
  decodeJson,
  PlimsollError,
  readAlertHeaders,
  type AlertHeaders,
} from '@plimsoll/contracts';
import { suppressionOf, withAlert, type IncidentStore, type Suppression } from '@plimsoll/incidents';
import {
  deadLetterOf,
  refusalOf,
  type BatchContext,
  type Clock,
  type EventLog,
  type LogRecord,
  type PartitionHandler,
} from '@plimsoll/streaming';

import { signedHeaders, webhookBody } from './webhook-body.js';
import type { WebhookTarget } from './webhook-target.js';

/** The consumer group that sends alerts on. */
export const WEBHOOK_GROUP = 'alert-service-webhooks';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const HEARTBEAT_MS = 3_000;

/** What happened to one alert for one target; for metrics and the log. */
export interface WebhookOutcome {
  readonly target: string;
  readonly outcome: 'sent' | 'suppressed' | 'failed';
  /** Why it failed: a status or a kind of error, never a body. */
  readonly reason?: string;
}

/** What the dispatcher works with. */
export interface DispatcherParts {
  readonly targets: readonly WebhookTarget[];
  readonly incidents: Pick<IncidentStore, 'suppressions'>;
  readonly log: Pick<EventLog, 'publish'>;
  readonly clock: Clock;
  readonly observe?: (outcome: WebhookOutcome) => void;
  /** For tests; the platform's own otherwise. */
  readonly send?: typeof fetch;
}

/**
 * Sends records of `alerts` to webhooks, at least once and in order for each target: a call is tried again with growing
 * pauses; what a target has not taken after its last attempt goes to the dead letters with the reason, and the next is
 * sent. Targets do not wait for each other within a record. While a target is away the partition waits with it, for at
 * most the sum of its pauses for each alert.
 */
export class WebhookDispatcher implements PartitionHandler {
  constructor(private readonly parts: DispatcherParts) {}

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async batch(_partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const suppressions = await this.parts.incidents.suppressions();
    for (const record of records) {
      if (!context.owned()) return;
      await this.alive(this.forward(record, suppressions, context.signal), context);
      if (context.signal.aborted) throw new PlimsollError('stopped', 'stopping: the record comes again');
    }
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  private async forward(record: LogRecord, suppressions: readonly Suppression[], signal: AbortSignal): Promise<void> {
    let headers: AlertHeaders;
    let alert: Alert;
    try {
      headers = readAlertHeaders(record.headers);
      alert = decodeJson(Alert, record.value, 'an alert');
    } catch (error) {
      await this.parts.log.publish([deadLetterOf(record, refusalOf(error), WEBHOOK_GROUP)]);
      return;
    }
    const suppressed = suppressionOf(withAlert(undefined, { ...alert }), suppressions) !== undefined;
    const wanted = this.parts.targets.filter((target) => wants(target, headers, alert));
    await Promise.all(
      wanted.map(async (target) => {
        if (suppressed && !target.suppressed) this.observe({ target: target.name, outcome: 'suppressed' });
        else await this.deliver(target, headers, alert, record, signal);
      }),
    );
  }

  private async deliver(
    target: WebhookTarget,
    headers: AlertHeaders,
    alert: Alert,
    record: LogRecord,
    signal: AbortSignal,
  ): Promise<void> {
    let reason = '';
    for (let attempt = 1; attempt <= target.attempts; attempt++) {
      const failure = await this.attempt(target, headers, alert);
      if (failure === undefined) {
        this.observe({ target: target.name, outcome: 'sent' });
        return;
      }
      reason = failure.reason;
      if (!failure.retriable) break;
      if (attempt < target.attempts) {
        await this.parts.clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)), signal);
      }
      if (signal.aborted) return;
    }
    this.observe({ target: target.name, outcome: 'failed', reason });
    const refusal = { reason: 'webhook-failed', detail: `${target.name}: ${reason}` };
    await this.parts.log.publish([deadLetterOf(record, refusal, WEBHOOK_GROUP)]);
  }

  private async attempt(
    target: WebhookTarget,
    headers: AlertHeaders,
    alert: Alert,
  ): Promise<{ readonly reason: string; readonly retriable: boolean } | undefined> {
    const { type, body } = webhookBody(target.format, headers, alert);
    const seconds = Math.floor(this.parts.clock.nowMs() / 1_000);
    try {
      const response = await (this.parts.send ?? fetch)(target.url, {
        method: 'POST',
        headers: {
          ...target.headers,
          'content-type': type,
          'user-agent': 'plimsoll',
          ...signedHeaders(headers.ce_id, seconds, body, target.secret),
        },
        body,
        // An address that sends us elsewhere is not the one that was configured.
        redirect: 'error',
        signal: AbortSignal.timeout(target.timeoutMs),
      });
      await response.body?.cancel();
      if (response.ok) return undefined;
      const { status } = response;
      return { reason: `status ${status}`, retriable: status >= 500 || status === 408 || status === 429 };
    } catch (error) {
      return { reason: error instanceof Error ? error.name : 'no answer', retriable: true };
    }
  }

  private observe(outcome: WebhookOutcome): void {
    this.parts.observe?.(outcome);
  }

  /** Tells the log now and then that the batch is alive, while `work` takes its time. */
  private async alive(work: Promise<void>, context: BatchContext): Promise<void> {
    const ending = new AbortController();
    const beating = async (): Promise<void> => {
      for (;;) {
        await this.parts.clock.sleep(HEARTBEAT_MS, ending.signal);
        if (ending.signal.aborted) return;
        await context.heartbeat();
      }
    };
    const finished = work.finally(() => {
      ending.abort();
    });
    // Both are waited for: a lost partition is heard of, and nothing goes on behind the log's back.
    await Promise.all([finished, beating()]);
  }
}

function wants(target: WebhookTarget, headers: AlertHeaders, alert: Alert): boolean {
  if (alert.severity_id < target.minSeverity) return false;
  return target.activities.some((activity) => headers.ce_type === ALERT_TYPES[activity]);
}
