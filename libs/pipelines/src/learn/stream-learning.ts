import {
  PlimsollError,
  sealProfile,
  withGaps,
  type LearnedFrom,
  type ProfileFile,
  type SyscallBatch,
} from '@plimsoll/contracts';
import { PartedLearning, type Learner } from '@plimsoll/detection';
import { z } from 'zod';

import { messageTimeUs, type CollectorMessage } from '../collect/collector-pipeline.js';
import type { GroupProgress, LearningStage } from './group-progress.js';
import { isOfRequests, type Built, type Learners } from './profile-builder.js';

/** When something happened that must not be learned as normal, or that a person has called normal. */
export interface IncidentSpan {
  readonly id: string;
  readonly application: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly benign: boolean;
}

/** What is left out beside an incident: windows that began before its first sign hold the attack too. */
const MARGIN_US = 10_000_000;
/** What of a benign incident teaches wherever it lies; one that lasts would else leave nothing to calibrate on. */
const TAUGHT_US = 600_000_000;
const MAX_NAMED_INCIDENTS = 1_000;

const Counts = z.object({
  learned: z.number(),
  calibrated: z.number(),
  leftOut: z.number(),
  startUs: z.number(),
  endUs: z.number(),
  incidents: z.array(z.string()),
  benignIncidents: z.array(z.string()),
});
type Counts = z.infer<typeof Counts>;

/** How far one detector's learning of a group has come while following; the counts are of messages. */
const Pace = z.object({
  stage: z.enum(['learning', 'calibrating', 'done']),
  learned: z.number(),
  calibrated: z.number(),
});
type Pace = z.infer<typeof Pace>;

/** What a stream learning remembers besides what its parts taught. */
export const StreamLearningData = z.object({
  groups: z.array(z.tuple([z.string(), Counts])),
  /** Containers whose last batch was left out. */
  skipped: z.array(z.string()),
  /** Event time from which each group calibrates; absent where the stage alone decides. */
  splits: z.array(z.tuple([z.string(), z.number()])).optional(),
  /** Of each group, its learnings' in their order; absent where nothing is followed. */
  paces: z.array(z.tuple([z.string(), z.array(Pace)])).optional(),
});
export type StreamLearningData = z.infer<typeof StreamLearningData>;

/** The learners of one kind of messages of one workload, and what went into them. */
interface Group {
  readonly topic: CollectorMessage['topic'];
  readonly application: string;
  readonly workload: string;
  readonly learnings: readonly PartedLearning<CollectorMessage>[];
  /** One for each of `learnings`. */
  readonly paces: Pace[];
  readonly counts: Counts;
}

/** What one detector has learned of a workload, ready before others are. */
export interface Ready {
  readonly profile: ProfileFile;
  /** It was taken: the learning is over. */
  readonly taken: () => void;
}

/** Event times of a group, every `stride`th: enough to part them. */
interface Sample {
  stride: number;
  seen: number;
  times: number[];
}

const MAX_SAMPLED = 16_384;
/** Part of a group's messages that is learned from; the later rest is kept for calibration. */
export const LEARN_SHARE = 0.7;

/**
 * Learns profiles from messages of the stream, workload by workload and container by container. What lies in an
 * incident is left out, unless an analyst has called it benign: then its first ten minutes are learned from, wherever in
 * the range they lie, and what it lasted longer is as any other time.
 */
export class StreamLearning {
  readonly #learners: Learners;
  readonly #spans: ReadonlyMap<string, readonly IncidentSpan[]>;
  readonly #groups = new Map<string, Group>();
  readonly #skipped = new Set<string>();
  readonly #samples = new Map<string, Sample>();
  #splits: Map<string, number> | undefined;
  readonly #changed = new Set<string>();
  readonly #follow: boolean;

  /** `follow`: every detector learns until it has converged, then calibrates, and is ready by itself. */
  constructor(learners: Learners, incidents: readonly IncidentSpan[], follow: boolean) {
    this.#learners = learners;
    this.#follow = follow;
    const spans = new Map<string, IncidentSpan[]>();
    for (const incident of incidents) {
      const span = incident.benign ? taught(incident) : incident;
      spans.set(span.application, [...(spans.get(span.application) ?? []), span]);
    }
    this.#spans = spans;
  }

  /** Looks at a message of the range, so that `split` can part it. */
  survey(message: CollectorMessage): void {
    if (this.#met(whereOf(message).application, message).length > 0) return;
    const key = groupKey(message);
    const sample = this.#samples.get(key) ?? { stride: 1, seen: 0, times: [] };
    this.#samples.set(key, sample);
    if (sample.seen++ % sample.stride === 0) sample.times.push(messageTimeUs(message));
    if (sample.times.length < MAX_SAMPLED) return;
    sample.times = sample.times.filter((_, i) => i % 2 === 0);
    sample.stride *= 2;
  }

  /** Parts what was surveyed: the first 70 % of each workload's messages teach, the later ones calibrate. */
  split(): void {
    this.#splits = new Map();
    for (const [key, { times }] of this.#samples) {
      times.sort((a, b) => a - b);
      this.#splits.set(key, times[Math.floor(times.length * LEARN_SHARE)]!);
    }
    this.#samples.clear();
  }

  /** Takes a message in the pass of `stage`. Answers the stage that the message belongs to by its time. */
  take(stage: LearningStage, message: CollectorMessage): LearningStage {
    const { application, container } = whereOf(message);
    const home = this.#home(stage, message);
    const group = this.#group(message);
    const met = this.#met(application, message);
    const out = met.filter(({ benign }) => !benign);
    const use: LearningStage = met.length > 0 ? 'learning' : home;
    const owner = `${groupKey(message)}\n${container}`;
    if (out.length > 0 || use !== stage) {
      this.#skipped.add(owner);
      if (out.length > 0 && home === stage) {
        group.counts.leftOut += 1;
        addNames(group.counts.incidents, out);
      }
      return home;
    }
    addNames(group.counts.benignIncidents, met);
    const input = this.#skipped.delete(owner) ? afterCut(message) : message;
    group.learnings.forEach((learning, i) => {
      const pace = group.paces[i]!;
      const own = this.#follow ? pace.stage : stage;
      // What a person called benign is learned from, and not calibrated on.
      if (own === 'done' || (own === 'calibrating' && met.length > 0)) return;
      if (own === 'learning') learning.learn(container, input);
      else learning.calibrate(container, input);
      pace[own === 'learning' ? 'learned' : 'calibrated'] += 1;
      this.#changed.add(`${i}\n${own}\n${owner}`);
    });
    count(group.counts, stage, messageTimeUs(message));
    return home;
  }

  /**
   * While following: sends what has converged on to calibrate, and gives out what has calibrated on as much as its part
   * of all is. Costs as much as putting all parts together. `settling`: what has not converged is waited for no longer,
   * and comes to a profile that is not complete.
   */
  ready(topicOf: (topic: CollectorMessage['topic']) => string, settling = false): Ready[] {
    const ready: Ready[] = [];
    for (const [, group] of [...this.#groups].sort(byName)) {
      group.learnings.forEach((learning, i) => {
        const pace = group.paces[i]!;
        if (pace.stage === 'learning' && (settling || learning.progress().converged)) pace.stage = 'calibrating';
        const enough = (pace.learned * (1 - LEARN_SHARE)) / LEARN_SHARE;
        if (pace.stage !== 'calibrating' || pace.calibrated < enough) return;
        const { learned, calibrated } = pace;
        const profile = finished(
          learning,
          { topic: topicOf(group.topic), ...group.counts, learned, calibrated },
          this.#isBesideRequests(group),
        );
        // Too little of another kind than messages (windows, say): it goes on.
        if (typeof profile !== 'string') ready.push({ profile, taken: () => (pace.stage = 'done') });
      });
    }
    return ready;
  }

  /** While following: leaves out what has not converged; in words, what that lacks. */
  leaveOut(): string[] {
    const open = this.progress().filter(({ stage, converged }) => stage === 'learning' && !converged);
    for (const { paces, learnings } of this.#groups.values()) {
      paces.forEach((pace, i) => {
        if (pace.stage === 'learning' && !learnings[i]!.progress().converged) pace.stage = 'done';
      });
    }
    return open.map(
      ({ application, workload, detector, missing }) =>
        `${application}/${workload} ${detector}: left out: ${missing.join('; ')}`,
    );
  }

  /** While following: whether there is something, and all of it is ready and taken. */
  isDone(): boolean {
    const paces = [...this.#groups.values()].flatMap((group) => group.paces);
    return paces.length > 0 && paces.every(({ stage }) => stage === 'done');
  }

  /** How far each workload has come that is not ready, in the order of names. Costs as much as putting all parts together. */
  progress(): GroupProgress[] {
    return [...this.#groups].sort(byName).flatMap(([, { application, workload, topic, learnings, paces }]) =>
      learnings.flatMap((learning, i) => {
        const { stage } = paces[i]!;
        if (stage === 'done') return [];
        return [
          { name: `${application}/${workload} (${topic})`, application, workload, stage, ...learning.progress() },
        ];
      }),
    );
  }

  /** The parts that have changed since the last call, by names under which `restore` takes them. */
  changedParts(): Map<string, Uint8Array> {
    const parts = new Map<string, Uint8Array>();
    for (const name of this.#changed) {
      const { index, stage, key, container } = readPart(name);
      const bytes = this.#groups.get(key)?.learnings[index]?.snapshot(stage, container);
      if (bytes !== undefined) parts.set(name, bytes);
    }
    this.#changed.clear();
    return parts;
  }

  data(): StreamLearningData {
    return {
      groups: Array.from(this.#groups, ([key, { counts }]) => [key, counts]),
      skipped: [...this.#skipped],
      ...(this.#splits === undefined ? {} : { splits: [...this.#splits] }),
      ...(this.#follow ? { paces: Array.from(this.#groups, ([key, { paces }]) => [key, paces]) } : {}),
    };
  }

  /** Brings back what `data` and `changedParts` gave. Throws `unknown-version` where a part is of another release. */
  restore({ groups, skipped, splits, paces = [] }: StreamLearningData, parts: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, counts] of groups) Object.assign(this.#open(key).counts, counts);
    for (const [key, own] of paces) this.#open(key).paces.splice(0, own.length, ...own);
    for (const owner of skipped) this.#skipped.add(owner);
    if (splits !== undefined) this.#splits = new Map(splits);
    for (const stage of ['learning', 'calibrating'] as const) {
      for (const [name, bytes] of parts) {
        const part = readPart(name);
        if (part.stage !== stage || part.key === '') continue;
        this.#open(part.key).learnings[part.index]?.restore(stage, part.container, bytes);
      }
    }
  }

  /**
   * The profiles, in the order of their workloads' names, each with where it was learned from. What saw too little is
   * told in `passedOver`; throws `empty-source` where that is so for all.
   */
  finish(topicOf: (topic: CollectorMessage['topic']) => string): Built {
    const profiles: ProfileFile[] = [];
    const passedOver: string[] = [];
    for (const [, group] of [...this.#groups].sort(byName)) {
      const { counts } = group;
      for (const learning of group.learnings) {
        const from = { topic: topicOf(group.topic), ...counts };
        const profile = finished(learning, from, this.#isBesideRequests(group));
        if (typeof profile === 'string') passedOver.push(profile);
        else profiles.push(profile);
      }
    }
    if (profiles.length === 0) throw new PlimsollError('empty-source', this.#nothing(passedOver[0]));
    return { profiles, passedOver };
  }

  /** Whether it learns calls of an application whose requests are learned too. */
  #isBesideRequests({ topic, application }: Group): boolean {
    if (topic !== 'syscalls') return false;
    return [...this.#groups].some(([key, group]) => group.application === application && isOfRequests(readKey(key)[1]));
  }

  #nothing(reason = 'nothing to learn from'): string {
    const leftOut = [...this.#groups.values()].reduce((sum, { counts }) => sum + counts.leftOut, 0);
    if (leftOut === 0) return reason;
    return `${reason}. ${leftOut} messages lie in incidents and are left out, until somebody marks those benign`;
  }

  #home(stage: LearningStage, message: CollectorMessage): LearningStage {
    if (this.#splits === undefined) return stage;
    const splitUs = this.#splits.get(groupKey(message)) ?? Infinity;
    return messageTimeUs(message) < splitUs ? 'learning' : 'calibrating';
  }

  #met(application: string, message: CollectorMessage): readonly IncidentSpan[] {
    const spans = this.#spans.get(application);
    if (spans === undefined) return [];
    const startUs = messageTimeUs(message);
    const endUs = message.topic === 'syscalls' ? lastUs(message.batch) : startUs;
    return spans.filter((span) => startUs <= span.endUs + MARGIN_US && endUs >= span.startUs - MARGIN_US);
  }

  #group(message: CollectorMessage): Group {
    return this.#open(groupKey(message));
  }

  #open(key: string): Group {
    const known = this.#groups.get(key);
    if (known) return known;
    const [topic, type, application, workload] = readKey(key);
    const of = { application, workload };
    const calls = topic === 'syscalls';
    const makers: (() => Learner<CollectorMessage>)[] = calls
      ? this.#learners.syscalls.map(
          (make) => () => ofMessages(make(of), (m) => (m.topic === 'syscalls' ? m.batch : undefined)),
        )
      : this.#learners.logs
          .filter((entry) => entry.type === type)
          .map(
            ({ learner }) =>
              () =>
                ofMessages(learner(of), (m) => (m.topic === 'logs' ? m.event : undefined)),
          );
    const made: Group = {
      topic: calls ? 'syscalls' : 'logs',
      ...of,
      learnings: makers.map((make) => new PartedLearning(make)),
      paces: makers.map(() => ({ stage: 'learning', learned: 0, calibrated: 0 })),
      counts: { learned: 0, calibrated: 0, leftOut: 0, startUs: 0, endUs: 0, incidents: [], benignIncidents: [] },
    };
    this.#groups.set(key, made);
    return made;
  }
}

function whereOf(message: CollectorMessage): {
  readonly application: string;
  readonly workload: string;
  readonly container: string;
} {
  return message.topic === 'syscalls' ? message.batch : message.event;
}

function groupKey(message: CollectorMessage): string {
  const { application, workload } = whereOf(message);
  const type = message.topic === 'syscalls' ? '' : message.event.type === 'gap' ? message.event.of : message.event.type;
  return JSON.stringify([message.topic, type, application, workload]);
}

/** Topic, type of event (empty for calls), application and workload of a group. */
function readKey(key: string): [string, string, string, string] {
  return z.tuple([z.string(), z.string(), z.string(), z.string()]).parse(JSON.parse(key));
}

/** What a part's name says: which learning of which group, in which stage and of which container. */
function readPart(name: string): {
  readonly index: number;
  readonly stage: LearningStage;
  readonly key: string;
  readonly container: string;
} {
  const [index, stage, key = '', ...container] = name.split('\n');
  return {
    index: Number(index),
    stage: stage === 'calibrating' ? stage : 'learning',
    key,
    container: container.join('\n'),
  };
}

function taught(span: IncidentSpan): IncidentSpan {
  return { ...span, endUs: Math.min(span.endUs, span.startUs + TAUGHT_US) };
}

function byName([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : 1;
}

function addNames(names: string[], spans: readonly IncidentSpan[]): void {
  for (const { id } of spans) if (!names.includes(id) && names.length < MAX_NAMED_INCIDENTS) names.push(id);
  names.sort();
}

function count(counts: Counts, stage: LearningStage, timeUs: number): void {
  counts[stage === 'learning' ? 'learned' : 'calibrated'] += 1;
  counts.startUs = counts.learned + counts.calibrated === 1 ? timeUs : Math.min(counts.startUs, timeUs);
  counts.endUs = Math.max(counts.endUs, timeUs);
}

function lastUs({ baseTimeUs, count: calls, offsetsUs }: SyscallBatch): number {
  return baseTimeUs + (calls > 0 ? offsetsUs[calls - 1]! : 0);
}

/** What was left out before is no loss of the source: the window before it ends early, and memory begins anew. */
function afterCut(message: CollectorMessage): CollectorMessage {
  if (message.topic === 'logs') return message;
  const { baseTimeUs: startUs, gaps } = message.batch;
  const cut = { startUs, endUs: startUs, cause: 'truncated-input' as const };
  return { topic: 'syscalls', batch: withGaps(message.batch, [cut, ...gaps]) };
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
function finished(
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
