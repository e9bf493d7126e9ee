import { TOPICS } from '@plimsoll/contracts';
import { INCIDENT_GROUP, IncidentProjection } from '@plimsoll/pipelines';
import { patientStep } from '@plimsoll/service-kit';
import {
  systemClock,
  type Consumption,
  type EventLog,
  type IncidentStore,
  type PartitionHandler,
} from '@plimsoll/streaming';

import { WEBHOOK_GROUP, WebhookDispatcher, type WebhookOutcome } from './webhooks/webhook-dispatcher.js';
import type { WebhookTarget } from './webhooks/webhook-target.js';

/** What reads the topic `alerts` in the alert service itself. */
export interface AlertConsumerParts {
  readonly log: EventLog;
  readonly incidents: IncidentStore;
  readonly webhooks: readonly WebhookTarget[];
  /** Told what a step of the start waits for, and why. */
  readonly waiting: (on: string, reason: string) => void;
  readonly observe?: (outcome: WebhookOutcome) => void;
}

/**
 * The steps that keep the incident store up with the topic and, where there are webhooks, send alerts on. Each reads
 * with a group of its own: neither waits for the other, and replicas share the partitions.
 */
export function alertConsumers(parts: AlertConsumerParts): ReturnType<typeof patientStep>[] {
  const { log, incidents, webhooks: targets, waiting, observe } = parts;
  const steps = [consuming('incidents', log, INCIDENT_GROUP, new IncidentProjection(incidents, log), waiting)];
  if (targets.length > 0) {
    const clock = systemClock;
    const dispatcher = new WebhookDispatcher({ targets, incidents, log, clock, ...(observe ? { observe } : {}) });
    steps.push(consuming('webhooks', log, WEBHOOK_GROUP, dispatcher, waiting));
  }
  return steps;
}

function consuming(
  name: string,
  log: EventLog,
  group: string,
  handler: PartitionHandler,
  waiting: AlertConsumerParts['waiting'],
): ReturnType<typeof patientStep> {
  let consumption: Consumption | undefined;
  const part = {
    open: async (): Promise<void> => {
      consumption = await log.consume({ topic: TOPICS.alerts.name, group, handler });
    },
    close: async (): Promise<void> => {
      await consumption?.stop();
    },
  };
  return patientStep(name, part, waiting);
}
