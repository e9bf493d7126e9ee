import { PlimsollError, sealProfile, type LearnedFrom, type ProfileFile, type SyscallBatch } from '@plimsoll/contracts';
import { PartedLearning, type Learner, type LearningProgress } from '@plimsoll/detection';
import { z } from 'zod';

import { messageTimeUs, type CollectorMessage } from '../collect/collector-pipeline.js';
import type { Built, Learners } from './profile-builder.js';

/** When something happened that must not be learned as normal, or that a person has called normal. */
export interface IncidentSpan {
  readonly id: string;
  readonly application: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly benign: boolean;
}

export type LearningStage = 'learning' | 'calibrating';

/** What is left out beside an incident: windows that began before its first sign hold the attack too. */
const MARGIN_US = 10_000_000;
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

/** What a stream learning remembers besides what its parts taught. */
export const StreamLearningData = z.object({
  groups: z.array(z.tuple([z.string(), Counts])),
  /** Containers whose last batch was left out. */
  skipped: z.array(z.string()),
  /** Event time from which each group calibrates; absent where the stage alone decides. */
  splits: z.array(z.tuple([z.string(), z.number()])).optional(),
});
export type StreamLearningData = z.infer<typeof StreamLearningData>;

/** The learners of one kind of messages of one workload, and what went into them. */
interface Group {
  readonly topic: CollectorMessage['topic'];
  readonly application: string;
  readonly workload: string;
  readonly learnings: readonly PartedLearning<CollectorMessage>[];
  readonly counts: Counts;
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

/** One group's progress, for people. */
export interface GroupProgress extends LearningProgress {
  readonly name: string;
}

/**
 * Learns profiles from messages of the stream, workload by workload and container by container. What lies in an
 * incident is left out, unless an analyst has called it benign: then it is learned from, wherever in the range it lies.
 */
export class StreamLearning {
  readonly #learners: Learners;
  readonly #spans: ReadonlyMap<string, readonly IncidentSpan[]>;
  readonly #groups = new Map<string, Group>();
  readonly #skipped = new Set<string>();
  readonly #samples = new Map<string, Sample>();
  #splits: Map<string, number> | undefined;
  readonly #changed = new Set<string>();

  constructor(learners: Learners, incidents: readonly IncidentSpan[]) {
    this.#learners = learners;
    const spans = new Map<string, IncidentSpan[]>();
    for (const span of incidents) spans.set(span.application, [...(spans.get(span.application) ?? []), span]);
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
    for (const learning of group.learnings) {
      if (stage === 'learning') learning.learn(container, input);
      else learning.calibrate(container, input);
    }
    count(group.counts, stage, messageTimeUs(message));
    this.#changed.add(`${stage}\n${owner}`);
    return home;
  }

  /** How far each workload has come, in the order of names. Costs as much as putting all parts together. */
  progress(): GroupProgress[] {
    return [...this.#groups].sort(byName).flatMap(([, group]) =>
      group.learnings.map((learning) => ({
        name: `${group.application}/${group.workload} (${group.topic})`,
        ...learning.progress(),
      })),
    );
  }

  /** The parts that have changed since the last call, by names under which `restore` takes them. */
  changedParts(): Map<string, Uint8Array> {
    const parts = new Map<string, Uint8Array>();
    for (const changed of this.#changed) {
      const { stage, key, container } = readOwner(changed);
      this.#groups.get(key)?.learnings.forEach((learning, i) => {
        const bytes = learning.snapshot(stage, container);
        if (bytes !== undefined) parts.set(`${i}\n${changed}`, bytes);
      });
    }
    this.#changed.clear();
    return parts;
  }

  data(): StreamLearningData {
    return {
      groups: Array.from(this.#groups, ([key, { counts }]) => [key, counts]),
      skipped: [...this.#skipped],
      ...(this.#splits === undefined ? {} : { splits: [...this.#splits] }),
    };
  }

  /** Brings back what `data` and `changedParts` gave. Throws `unknown-version` where a part is of another release. */
  restore({ groups, skipped, splits }: StreamLearningData, parts: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, counts] of groups) Object.assign(this.#open(key).counts, counts);
    for (const owner of skipped) this.#skipped.add(owner);
    if (splits !== undefined) this.#splits = new Map(splits);
    for (const stage of ['learning', 'calibrating'] as const) {
      for (const [name, bytes] of parts) {
        const at = name.indexOf('\n');
        const owner = readOwner(name.slice(at + 1));
        if (at === -1 || owner.stage !== stage) continue;
        this.#open(owner.key).learnings[Number(name.slice(0, at))]?.restore(stage, owner.container, bytes);
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
        try {
          profiles.push(sealed(learning, { topic: topicOf(group.topic), ...counts }));
        } catch (error) {
          if (!(error instanceof PlimsollError) || error.code !== 'empty-source') throw error;
          passedOver.push(error.message);
        }
      }
    }
    if (profiles.length === 0) throw new PlimsollError('empty-source', passedOver[0] ?? 'nothing to learn from');
    return { profiles, passedOver };
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
    const [topic, type, application, workload] = z
      .tuple([z.string(), z.string(), z.string(), z.string()])
      .parse(JSON.parse(key));
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

function readOwner(text: string): { readonly stage: LearningStage; readonly key: string; readonly container: string } {
  const [stage, key = '', ...container] = text.split('\n');
  return { stage: stage === 'calibrating' ? 'calibrating' : 'learning', key, container: container.join('\n') };
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
  return { topic: 'syscalls', batch: { ...message.batch, gaps: [cut, ...gaps] } };
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

function sealed(learning: PartedLearning<CollectorMessage>, from: LearnedFrom): ProfileFile {
  const { version: _, ...profile } = learning.finish();
  const { learned } = profile;
  const refused = learning.refused;
  const notes = refused === 0 ? [] : [`${refused} messages of further containers were not learned from`];
  return sealProfile({
    ...profile,
    learned: { ...learned, complete: learned.complete && refused === 0, notes: [...learned.notes, ...notes], from },
  });
}
