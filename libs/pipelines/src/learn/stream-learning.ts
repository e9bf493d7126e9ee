import { PlimsollError, withGaps, type ProfileFile } from '@plimsoll/contracts';
import { z } from 'zod';

import { messageTimeUs, whereOf, type CollectorMessage } from '../collect/collector-pipeline.js';
import type { GroupProgress, LearningStage } from './group-progress.js';
import { IncidentSpans, type IncidentSpan } from './incident-spans.js';
import {
  addNames,
  count,
  GroupCounts,
  finished,
  groupKey,
  learnsRequestsOf,
  openGroup,
  Pace,
  type Group,
} from './learning-group.js';
import type { Built, Learners } from './profile-builder.js';
import { LEARN_SHARE, RangeSplit } from './range-split.js';

/** What a stream learning remembers besides what its parts taught. */
export const StreamLearningData = z.object({
  groups: z.array(z.tuple([z.string(), GroupCounts])),
  /** Containers whose last batch was left out. */
  skipped: z.array(z.string()),
  /** Event time from which each group calibrates; absent where the stage alone decides. */
  splits: z.array(z.tuple([z.string(), z.number()])).optional(),
  /** Of each group, its learnings' in their order; absent where nothing is followed. */
  paces: z.array(z.tuple([z.string(), z.array(Pace)])).optional(),
});
export type StreamLearningData = z.infer<typeof StreamLearningData>;

/** What one detector has learned of a workload, ready before others are. */
export interface Ready {
  readonly profile: ProfileFile;
  /** It was taken: the learning is over. */
  readonly taken: () => void;
}

/**
 * Learns profiles from messages of the stream, workload by workload and container by container. What lies in an
 * incident is left out, unless an analyst has called it benign: then its first ten minutes are learned from, wherever in
 * the range they lie, and what it lasted longer is as any other time.
 */
export class StreamLearning {
  readonly #learners: Learners;
  readonly #incidents: IncidentSpans;
  readonly #groups = new Map<string, Group>();
  readonly #skipped = new Set<string>();
  readonly #range = new RangeSplit();
  readonly #changed = new Set<string>();
  readonly #follow: boolean;

  /** `follow`: every detector learns until it has converged, then calibrates, and is ready by itself. */
  constructor(learners: Learners, incidents: readonly IncidentSpan[], follow: boolean) {
    this.#learners = learners;
    this.#follow = follow;
    this.#incidents = new IncidentSpans(incidents);
  }

  /** Looks at a message of the range, so that `split` can part it. */
  survey(message: CollectorMessage): void {
    if (this.#incidents.met(message).length === 0) this.#range.survey(groupKey(message), messageTimeUs(message));
  }

  /** Parts what was surveyed: the first 70 % of each workload's messages teach, the later ones calibrate. */
  split(): void {
    this.#range.split();
  }

  /** Takes a message in the pass of `stage`. Answers the stage that the message belongs to by its time. */
  take(stage: LearningStage, message: CollectorMessage): LearningStage {
    const key = groupKey(message);
    const timeUs = messageTimeUs(message);
    const home = this.#range.stageOf(key, timeUs, stage);
    const group = this.#open(key);
    const met = this.#incidents.met(message);
    const out = met.filter(({ benign }) => !benign);
    const use: LearningStage = met.length > 0 ? 'learning' : home;
    const owner = `${key}\n${whereOf(message).container}`;
    if (out.length > 0 || use !== stage) {
      this.#skipped.add(owner);
      if (out.length > 0 && home === stage) {
        group.counts.leftOut += 1;
        addNames(group.counts.incidents, out);
      }
      return home;
    }
    addNames(group.counts.benignIncidents, met);
    this.#teach(group, stage, owner, message, met.length > 0);
    count(group.counts, stage, timeUs);
    return home;
  }

  /** Gives the message to every learning of its group, each in its own stage. `benign`: a person called it so. */
  #teach(group: Group, stage: LearningStage, owner: string, message: CollectorMessage, benign: boolean): void {
    const { container } = whereOf(message);
    const input = this.#skipped.delete(owner) ? afterCut(message) : message;
    group.learnings.forEach((learning, i) => {
      const pace = group.paces[i]!;
      const own = this.#follow ? pace.stage : stage;
      // What a person called benign is learned from, and not calibrated on.
      if (own === 'done' || (own === 'calibrating' && benign)) return;
      if (own === 'learning') learning.learn(container, input);
      else learning.calibrate(container, input);
      pace[own === 'learning' ? 'learned' : 'calibrated'] += 1;
      this.#changed.add(`${i}\n${own}\n${owner}`);
    });
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
    const splits = this.#range.data();
    return {
      groups: Array.from(this.#groups, ([key, { counts }]) => [key, counts]),
      skipped: [...this.#skipped],
      ...(splits === undefined ? {} : { splits }),
      ...(this.#follow ? { paces: Array.from(this.#groups, ([key, { paces }]) => [key, paces]) } : {}),
    };
  }

  /** Brings back what `data` and `changedParts` gave. Throws `unknown-version` where a part is of another release. */
  restore({ groups, skipped, splits, paces = [] }: StreamLearningData, parts: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, counts] of groups) Object.assign(this.#open(key).counts, counts);
    for (const [key, own] of paces) this.#open(key).paces.splice(0, own.length, ...own);
    for (const owner of skipped) this.#skipped.add(owner);
    if (splits !== undefined) this.#range.restore(splits);
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
    return [...this.#groups.keys()].some((key) => learnsRequestsOf(key, application));
  }

  #nothing(reason = 'nothing to learn from'): string {
    const leftOut = [...this.#groups.values()].reduce((sum, { counts }) => sum + counts.leftOut, 0);
    if (leftOut === 0) return reason;
    return `${reason}. ${leftOut} messages lie in incidents and are left out, until somebody marks those benign`;
  }

  #open(key: string): Group {
    const known = this.#groups.get(key);
    if (known) return known;
    const opened = openGroup(key, this.#learners);
    this.#groups.set(key, opened);
    return opened;
  }
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

function byName([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : 1;
}

/** What was left out before is no loss of the source: the window before it ends early, and memory begins anew. */
function afterCut(message: CollectorMessage): CollectorMessage {
  if (message.topic === 'logs') return message;
  const { baseTimeUs: startUs, gaps } = message.batch;
  const cut = { startUs, endUs: startUs, cause: 'truncated-input' as const };
  return { topic: 'syscalls', batch: withGaps(message.batch, [cut, ...gaps]) };
}
