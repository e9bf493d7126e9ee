import type { AlertConsumerParts } from '@plimsoll/alert-api';
import type { ServiceTools } from '@plimsoll/service-kit';
import { Counter, Gauge } from 'prom-client';

/** Turns what became of each alert for each webhook, and how far each is behind, into metrics; a failure into a log line. */
export function webhookReport({
  log,
  registry,
}: Pick<ServiceTools, 'log' | 'registry'>): Required<Pick<AlertConsumerParts, 'observe' | 'observeLag'>> {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'plimsoll_webhook_alerts_total',
    help: 'Alerts by webhook and what became of them',
    labelNames: ['target', 'outcome'],
    registers,
  });
  const lag = new Gauge({
    name: 'plimsoll_webhook_lag_alerts',
    help: 'Alerts that a webhook has not been sent yet, by partition',
    labelNames: ['target', 'partition'],
    registers,
  });
  return {
    observe: ({ target, outcome, reason }) => {
      outcomes.inc({ target, outcome });
      if (outcome === 'failed') log.warn({ target, reason }, 'alert not taken by a webhook');
    },
    observeLag: ({ target, partition, alerts }) => {
      lag.set({ target, partition: String(partition) }, alerts);
    },
  };
}
