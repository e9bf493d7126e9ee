import {
  Alert,
  ALERT_TYPES,
  decodeJson,
  isWatchRecord,
  PlimsollError,
  readAlertHeaders,
  WatchEvent,
  type AlertHeaders,
} from '@plimsoll/contracts';
import { suppressionOf, withAlert, type IncidentStore, type Suppression } from '@plimsoll/incidents';
import {
  retryPauseMs,
  deadLetterOf,
  refusalOf,
  type BatchContext,
  type Clock,
  type EventLog,
  type LogRecord,
  type PartitionHandler,
} from '@plimsoll/streaming';

import { webhookBody, type Told } from './webhook-body.js';
import { signedHeaders } from './webhook-signer.js';
import type { WebhookTarget } from './webhook-target.js';

/** The consumer group that sends alerts on to a target: its place in the topic is the target's queue. */
export function webhookGroup(target: Pick<WebhookTarget, 'name'>): string {
  return `alert-service-webhook-${target.name}`;
}

const PAUSES = { firstPauseMs: 500, longestPauseMs: 30_000 };
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
  readonly target: WebhookTarget;
  readonly incidents: Pick<IncidentStore, 'suppressions'>;
  readonly log: Pick<EventLog, 'publish'>;
  readonly clock: Clock;
  readonly observe?: (outcome: WebhookOutcome) => void;
  /** Told at each alert how many of the partition are not done with. */
  readonly observeLag?: (lag: WebhookLag) => void;
}

/** How far a target is behind in one partition of `alerts`. */
export interface WebhookLag {
  readonly target: string;
  readonly partition: number;
  readonly alerts: number;
}

/**
 * Sends records of `alerts` to one webhook, at least once and in order: a call is tried again with growing pauses; what
 * the target has not taken after its last attempt goes to the dead letters with the reason, and the next is sent. Each
 * target has a dispatcher and a consumer group of its own, so one that is away holds up no other.
 */
export class WebhookDispatcher implements PartitionHandler {
  constructor(private readonly parts: DispatcherParts) {}

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async batch(partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const suppressions = await this.parts.incidents.suppressions();
    for (const record of records) {
      if (!context.owned()) return;
      this.tellLag(partition, context.endOffset - record.offset);
      await this.alive(this.forward(record, suppressions, context.signal), context);
      if (context.signal.aborted) throw new PlimsollError('stopped', 'stopping: the record comes again');
      this.tellLag(partition, context.endOffset - record.offset - 1);
    }
  }

  revoked(partition: number): Promise<void> {
    // Whoever has the partition now tells its lag.
    this.tellLag(partition, 0);
    return Promise.resolve();
  }

  private tellLag(partition: number, alerts: number): void {
    this.parts.observeLag?.({ target: this.parts.target.name, partition, alerts });
  }

  private async forward(record: LogRecord, suppressions: readonly Suppression[], signal: AbortSignal): Promise<void> {
    let headers: AlertHeaders;
    let told: Told;
    try {
      headers = readAlertHeaders(record.headers);
      told = isWatchRecord(record)
        ? decodeJson(WatchEvent, record.value, 'a watch event')
        : decodeJson(Alert, record.value, 'an alert');
    } catch (error) {
      await this.parts.log.publish([deadLetterOf(record, refusalOf(error), webhookGroup(this.parts.target))]);
      return;
    }
    const { target } = this.parts;
    if (!wants(target, headers, told)) return;
    const suppressed = isSuppressed(told, suppressions);
    if (suppressed && !target.suppressed) this.observe({ target: target.name, outcome: 'suppressed' });
    else await this.deliver(headers, told, record, signal);
  }

  private async deliver(headers: AlertHeaders, told: Told, record: LogRecord, signal: AbortSignal): Promise<void> {
    const { target } = this.parts;
    let reason = '';
    for (let attempt = 1; attempt <= target.attempts; attempt++) {
      const failure = await this.attempt(headers, told);
      if (failure === undefined) {
        this.observe({ target: target.name, outcome: 'sent' });
        return;
      }
      reason = failure.reason;
      if (!failure.retriable) break;
      if (attempt < target.attempts) {
        await this.parts.clock.sleep(retryPauseMs(attempt, PAUSES), signal);
      }
      if (signal.aborted) return;
    }
    this.observe({ target: target.name, outcome: 'failed', reason });
    const refusal = { reason: 'webhook-failed', detail: `${target.name}: ${reason}` };
    await this.parts.log.publish([deadLetterOf(record, refusal, webhookGroup(this.parts.target))]);
  }

  private async attempt(
    headers: AlertHeaders,
    told: Told,
  ): Promise<{ readonly reason: string; readonly retriable: boolean } | undefined> {
    const { target } = this.parts;
    const { type, body } = webhookBody(target.format, headers, told);
    const seconds = Math.floor(this.parts.clock.nowMs() / 1_000);
    try {
      const response = await fetch(target.url, {
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
      return { reason: `${failureName(error)} at ${new URL(target.url).host}`, retriable: true };
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

/** What `fetch` failed at, as the system names it: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `TimeoutError`. */
function failureName(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.name;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message.slice(0, 80);
}

function wants({ activities, minSeverity }: WebhookTarget, headers: AlertHeaders, told: Told): boolean {
  if (!('finding_info' in told)) return activities.includes('watch');
  if (told.severity_id < minSeverity) return false;
  if (activities.some((activity) => activity !== 'watch' && headers.ce_type === ALERT_TYPES[activity])) return true;
  // The first that this target hears of an incident that was not severe enough for it when it was created.
  const { raised_from: before, decision } = told.unmapped;
  return activities.includes('create') && decision === undefined && before !== undefined && before < minSeverity;
}

/** Nothing suppresses the watch: a maintenance that silences incidents does not end by itself being unseen. */
function isSuppressed(told: Told, suppressions: readonly Suppression[]): boolean {
  return 'finding_info' in told && suppressionOf(withAlert(undefined, { ...told }), suppressions) !== undefined;
}
