import { randomUUID } from 'node:crypto';

import { TOPICS } from '@plimsoll/contracts';
import type { IncidentStore, WatchStore } from '@plimsoll/incidents';
import {
  ALERTS_SOURCE,
  IncidentProjection,
  ProfileReportProjection,
  profileWatchOperator,
  REPORT_GROUP,
  SNAPSHOTS_SOURCE,
} from '@plimsoll/pipelines';
import { retryingStep } from '@plimsoll/service-kit';
import {
  runOperator,
  systemClock,
  type ConsumeOptions,
  type Consumption,
  type EventLog,
  type PartitionHandler,
  type ProfileStore,
  type Running,
  type StateStore,
  type StreamObserver,
} from '@plimsoll/streaming';

import type { DeadLetterWatch } from './dead-letter-watch.js';
import type { PipelineWatch } from './pipeline-watch.js';
import { WatchTeller } from './watch-teller.js';
import {
  WebhookDispatcher,
  webhookGroup,
  type WebhookLag,
  type WebhookOutcome,
} from './webhooks/webhook-dispatcher.js';
import type { WebhookTarget } from './webhooks/webhook-target.js';

type RetryingStep = ReturnType<typeof retryingStep>;

/** What the alert service reads besides verdicts to fuse. */
export interface AlertConsumerParts {
  readonly log: EventLog;
  readonly incidents: IncidentStore;
  readonly profiles: ProfileStore;
  readonly states: StateStore;
  readonly observer: StreamObserver;
  readonly webhooks: readonly WebhookTarget[];
  readonly watch: PipelineWatch;
  readonly deadLetters: DeadLetterWatch;
  readonly told: WatchStore;
  /** Told what a step of the start waits for, and why. */
  readonly waiting: (on: string, reason: string) => void;
  readonly observe?: (outcome: WebhookOutcome) => void;
  readonly observeLag?: (lag: WebhookLag) => void;
}

/**
 * The steps that keep the incident store up with the topic `alerts`, watch how profiles fit, and, where there are
 * webhooks, send alerts on. Each reads with a group of its own: none waits for another, and replicas share the
 * partitions.
 */
export function alertConsumers(parts: AlertConsumerParts): RetryingStep[] {
  const { log, incidents, profiles, watch, webhooks: targets, waiting, observe, observeLag } = parts;
  const reading = (name: string, from: Omit<ConsumeOptions, 'handler'>, handler: PartitionHandler): RetryingStep =>
    consuming(name, log, from, handler, waiting);
  const feeding = (name: string, source: typeof ALERTS_SOURCE): RetryingStep =>
    reading(name, source, new IncidentProjection(source, incidents, log));
  // A group for each replica: what it keeps lies in its own memory and begins with its start.
  const newest = {
    topic: TOPICS.verdicts.name,
    group: `alert-service-watch-${randomUUID()}`,
    startAt: 'latest',
  } as const;
  const letters = { topic: TOPICS.deadLetters.name, group: `alert-service-letters-${randomUUID()}` };
  const reports = { topic: TOPICS.profiles.name, group: REPORT_GROUP };
  const steps = [
    feeding('incidents', ALERTS_SOURCE),
    feeding('snapshots', SNAPSHOTS_SOURCE),
    reading('watch', newest, watch),
    reading('dead-letters', letters, parts.deadLetters),
    retryingStep('watch-losses', new WatchTeller({ watch, store: parts.told, profiles, log }), waiting),
    watchingProfiles(parts),
    reading('profile-reports', reports, new ProfileReportProjection(profiles, log)),
  ];
  const told = { ...(observe ? { observe } : {}), ...(observeLag ? { observeLag } : {}) };
  for (const target of targets) {
    const dispatcher = new WebhookDispatcher({ target, incidents, log, clock: systemClock, ...told });
    const queue = { topic: TOPICS.alerts.name, group: webhookGroup(target) };
    steps.push(reading(`webhook-${target.name}`, queue, dispatcher));
  }
  return steps;
}

function consuming(
  name: string,
  log: EventLog,
  from: Omit<ConsumeOptions, 'handler'>,
  handler: PartitionHandler,
  waiting: AlertConsumerParts['waiting'],
): RetryingStep {
  let consumption: Consumption | undefined;
  const part = {
    open: async (): Promise<void> => {
      consumption = await log.consume({ ...from, handler });
    },
    close: async (): Promise<void> => {
      await consumption?.stop();
    },
  };
  return retryingStep(name, part, waiting);
}

function watchingProfiles({ log, states: store, observer, waiting }: AlertConsumerParts): RetryingStep {
  let running: Running | undefined;
  const part = {
    open: async (): Promise<void> => {
      running = await runOperator(profileWatchOperator, { log, store, observer });
    },
    close: async (): Promise<void> => {
      await running?.stop();
    },
  };
  return retryingStep('profile-watch', part, waiting);
}
