import { PlimsollError, sealProfile, type LearnedFrom, type ProfileFile } from '@plimsoll/contracts';
import { PartedLearning, type Learner } from '@plimsoll/detection';
import { z } from 'zod';

import { whereOf, type CollectorMessage } from '../collect/collector-pipeline.js';
import type { LearningStage } from './group-progress.js';
import { isOfRequests, type Learners } from './profile-builder.js';

const MAX_NAMED_INCIDENTS = 1_000;

/** What of a group's messages went into its profiles: numbers of messages, their event times, and incidents by identity. */
export const GroupCounts = z.object({
  learned: z.number(),
  calibrated: z.number(),
  leftOut: z.number(),
  startUs: z.number(),
  endUs: z.number(),
  incidents: z.array(z.string()),
  benignIncidents: z.array(z.string()),
});
export type GroupCounts = z.infer<typeof GroupCounts>;

/** How far one detector's learning of a group has come while following; the counts are of messages. */
export const Pace = z.object({
  stage: z.enum(['learning', 'calibrating', 'done']),
  learned: z.number(),
  calibrated: z.number(),
});
export type Pace = z.infer<typeof Pace>;

/** The learners of one kind of messages of one workload, and what went into them. */
export interface Group {
  readonly topic: CollectorMessage['topic'];
  readonly application: string;
  readonly workload: string;
  readonly learnings: readonly PartedLearning<CollectorMessage>[];
  /** One for each of `learnings`. */
  readonly paces: Pace[];
  readonly counts: GroupCounts;
}

/** What tells one group from another; `openGroup` reads it. */
export function groupKey(message: CollectorMessage): string {
  const { application, workload } = whereOf(message);
  const type = message.topic === 'syscalls' ? '' : message.event.type === 'gap' ? message.event.of : message.event.type;
  return JSON.stringify([message.topic, type, application, workload]);
}

/** Whether the group of this key learns requests or statements of the application. */
export function learnsRequestsOf(key: string, application: string): boolean {
  const [, type, own] = readKey(key);
  return own === application && isOfRequests(type);
}

/** Topic, type of event (empty for calls), application and workload of a group. */
function readKey(key: string): [string, string, string, string] {
  return z.tuple([z.string(), z.string(), z.string(), z.string()]).parse(JSON.parse(key));
}

/** Opens the group of a key: a learning for each learner that takes its kind of messages, and nothing learned yet. */
export function openGroup(key: string, learners: Learners): Group {
  const [topic, type, application, workload] = readKey(key);
  const of = { application, workload };
  const calls = topic === 'syscalls';
  const makers = calls ? callLearners(learners, of) : eventLearners(learners, type, of);
  return {
    topic: calls ? 'syscalls' : 'logs',
    ...of,
    learnings: makers.map((make) => new PartedLearning(make)),
    paces: makers.map(() => ({ stage: 'learning', learned: 0, calibrated: 0 })),
    counts: { learned: 0, calibrated: 0, leftOut: 0, startUs: 0, endUs: 0, incidents: [], benignIncidents: [] },
  };
}

type MakeLearner = () => Learner<CollectorMessage>;
type Workload = Pick<Group, 'application' | 'workload'>;

function callLearners({ syscalls }: Learners, of: Workload): MakeLearner[] {
  const batchOf = (message: CollectorMessage) => (message.topic === 'syscalls' ? message.batch : undefined);
  return syscalls.map((make) => () => ofMessages(make(of), batchOf));
}

function eventLearners({ logs }: Learners, type: string, of: Workload): MakeLearner[] {
  const eventOf = (message: CollectorMessage) => (message.topic === 'logs' ? message.event : undefined);
  const own = logs.filter((entry) => entry.type === type);
  return own.map(
    ({ learner }) =>
      () =>
        ofMessages(learner(of), eventOf),
  );
}

/** Adds the identities of incidents that met a group, as many as a profile may name, in order. */
export function addNames(names: string[], spans: readonly { readonly id: string }[]): void {
  for (const { id } of spans) if (!names.includes(id) && names.length < MAX_NAMED_INCIDENTS) names.push(id);
  names.sort();
}

/** GroupCounts a message that was used in this stage. */
export function count(counts: GroupCounts, stage: LearningStage, timeUs: number): void {
  counts[stage === 'learning' ? 'learned' : 'calibrated'] += 1;
  counts.startUs = counts.learned + counts.calibrated === 1 ? timeUs : Math.min(counts.startUs, timeUs);
  counts.endUs = Math.max(counts.endUs, timeUs);
}

function ofMessages<Input>(
  learner: Learner<Input>,
  inputOf: (message: CollectorMessage) => Input | undefined,
): Learner<CollectorMessage> {
  return {
    learn(message) {
      const input = inputOf(message);
      if (input !== undefined) learner.learn(input);
    },
    calibrate(message) {
      const input = inputOf(message);
      if (input !== undefined) learner.calibrate(input);
    },
    finish: () => learner.finish(),
    progress: () => learner.progress(),
    calibrator: () => ofMessages(learner.calibrator(), inputOf),
    snapshot: () => learner.snapshot(),
    merge: (snapshot) => {
      learner.merge(snapshot);
    },
  };
}

/** The profile, or in words why there was too little for one. */
export function finished(
  learning: PartedLearning<CollectorMessage>,
  from: LearnedFrom,
  besideRequests: boolean,
): ProfileFile | string {
  try {
    return sealed(learning, from, besideRequests);
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'empty-source') throw error;
    return error.message;
  }
}

function sealed(learning: PartedLearning<CollectorMessage>, from: LearnedFrom, besideRequests: boolean): ProfileFile {
  const { version: _, ...profile } = learning.finish();
  const { learned } = profile;
  const refused = learning.refused;
  const notes = refused === 0 ? [] : [`${refused} messages of further containers were not learned from`];
  return sealProfile({
    ...profile,
    learned: {
      ...learned,
      complete: learned.complete && refused === 0,
      notes: [...learned.notes, ...notes],
      ...(besideRequests && { beside: 'requests' as const }),
      from,
    },
  });
}
