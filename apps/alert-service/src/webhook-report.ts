import type { WebhookOutcome } from '@plimsoll/alert-api';
import type { ServiceTools } from '@plimsoll/service-kit';
import { Counter } from 'prom-client';

/** Turns what became of each alert for each webhook into a metric and, where it failed, a log line. */
export function webhookReport({
  log,
  registry,
}: Pick<ServiceTools, 'log' | 'registry'>): (one: WebhookOutcome) => void {
  const outcomes = new Counter({
    name: 'plimsoll_webhook_alerts_total',
    help: 'Alerts by webhook and what became of them',
    labelNames: ['target', 'outcome'],
    registers: [registry],
  });
  return ({ target, outcome, reason }) => {
    outcomes.inc({ target, outcome });
    if (outcome === 'failed') log.warn({ target, reason }, 'alert not taken by a webhook');
  };
}
