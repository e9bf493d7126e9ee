import { TOPICS } from '@plimsoll/contracts';
import {
  INCIDENT_GROUP,
  IncidentProjection,
  ProfileReportProjection,
  profileWatchOperator,
  REPORT_GROUP,
} from '@plimsoll/pipelines';
import { patientStep } from '@plimsoll/service-kit';
import {
  runOperator,
  systemClock,
  type Consumption,
  type EventLog,
  type IncidentStore,
  type PartitionHandler,
  type ProfileStore,
  type Running,
  type StateStore,
  type StreamObserver,
} from '@plimsoll/streaming';

import { WEBHOOK_GROUP, WebhookDispatcher, type WebhookOutcome } from './webhooks/webhook-dispatcher.js';
import type { WebhookTarget } from './webhooks/webhook-target.js';

/** What the alert service reads besides verdicts to fuse. */
export interface AlertConsumerParts {
  readonly log: EventLog;
  readonly incidents: IncidentStore;
  readonly profiles: ProfileStore;
  readonly states: StateStore;
  readonly observer: StreamObserver;
  readonly webhooks: readonly WebhookTarget[];
  /** Told what a step of the start waits for, and why. */
  readonly waiting: (on: string, reason: string) => void;
  readonly observe?: (outcome: WebhookOutcome) => void;
}

/**
 * The steps that keep the incident store up with the topic `alerts`, watch how profiles fit, and, where there are
 * webhooks, send alerts on. Each reads with a group of its own: none waits for another, and replicas share the
 * partitions.
 */
export function alertConsumers(parts: AlertConsumerParts): ReturnType<typeof patientStep>[] {
  const { log, incidents, profiles, webhooks: targets, waiting, observe } = parts;
  const reports = new ProfileReportProjection(profiles, log);
  const steps = [
    consuming('incidents', log, TOPICS.alerts.name, INCIDENT_GROUP, new IncidentProjection(incidents, log), waiting),
    watching(parts),
    consuming('profile-reports', log, TOPICS.profiles.name, REPORT_GROUP, reports, waiting),
  ];
  if (targets.length > 0) {
    const clock = systemClock;
    const dispatcher = new WebhookDispatcher({ targets, incidents, log, clock, ...(observe ? { observe } : {}) });
    steps.push(consuming('webhooks', log, TOPICS.alerts.name, WEBHOOK_GROUP, dispatcher, waiting));
  }
  return steps;
}

function consuming(
  name: string,
  log: EventLog,
  topic: string,
  group: string,
  handler: PartitionHandler,
  waiting: AlertConsumerParts['waiting'],
): ReturnType<typeof patientStep> {
  let consumption: Consumption | undefined;
  const part = {
    open: async (): Promise<void> => {
      consumption = await log.consume({ topic, group, handler });
    },
    close: async (): Promise<void> => {
      await consumption?.stop();
    },
  };
  return patientStep(name, part, waiting);
}

function watching({ log, states: store, observer, waiting }: AlertConsumerParts): ReturnType<typeof patientStep> {
  let running: Running | undefined;
  const part = {
    open: async (): Promise<void> => {
      running = await runOperator(profileWatchOperator, { log, store, observer });
    },
    close: async (): Promise<void> => {
      await running?.stop();
    },
  };
  return patientStep('profile-watch', part, waiting);
}
