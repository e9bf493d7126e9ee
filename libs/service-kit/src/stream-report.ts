import type { StreamEvent, StreamObserver } from '@plimsoll/streaming';
import type { Logger } from 'pino';

import type { StreamMetrics } from './stream-metrics.js';

/** Turns each event of the stream into its metric and, where a person should know of it, its log line. */
export function streamReport(log: Logger, metrics: StreamMetrics): StreamObserver {
  return (event) => {
    metrics.observe(event);
    report(log, event);
  };
}

/** Attempts between two log lines about the same wait: the first, then about one a minute at the longest pause. */
const QUIET_ATTEMPTS = 12;

/** Longest text of settings that a log line holds. */
const SETTINGS_CHARS = 256;

function report(log: Logger, event: StreamEvent): void {
  const task = `${event.task.topic}/${event.task.partition}`;
  switch (event.type) {
    case 'processed':
      return;
    case 'assigned':
      log.info({ task, epoch: event.epoch, nextOffset: event.nextOffset }, 'partition assigned');
      return;
    case 'revoked':
      log.info({ task }, 'partition revoked');
      return;
    case 'settings':
      log.info({ task, settings: event.settings.slice(0, SETTINGS_CHARS) }, 'partition moved to other settings');
      return;
    case 'dead-letter':
      log.warn({ task, offset: event.offset, reason: event.reason }, 'record set aside');
      return;
    case 'lost':
      log.error({ task, records: event.records }, 'retention deleted records before they were read');
      return;
    case 'truncated':
      log.error(
        { task, nextOffset: event.nextOffset, endOffset: event.endOffset },
        'the log ends before the checkpoint: its end was lost, or the topic was made anew',
      );
      return;
    case 'retry':
      if (event.attempt % QUIET_ATTEMPTS === 1) {
        log.warn({ task, on: event.on, attempt: event.attempt, err: event.error }, 'partition waits');
      }
      return;
    case 'resumed':
      log.info({ task, on: event.on, waitedMs: Math.round(event.waitedMs) }, 'partition goes on');
      return;
    case 'fenced':
      log.warn({ task, err: event.error }, 'another owner has the partition');
      return;
    case 'handler-failed':
      log.error({ task, err: event.error }, 'batch failed and will be given again');
      return;
    default:
      event satisfies never;
  }
}
