import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import {
  decodeJson,
  decodeSyscallBatch,
  PROGRESS_HEADER,
  encodeJson,
  identity,
  LogEvent,
  PlimsollError,
  TOPICS,
  type ProfileFile,
} from '@plimsoll/contracts';
import {
  systemClock,
  type EventLog,
  type LearningStore,
  type LogRecord,
  type TopicPositions,
} from '@plimsoll/streaming';
import { z } from 'zod';

import { messageTimeUs, whereOf, type CollectorMessage } from '../collect/collector-pipeline.js';
import { readRange, type OffsetRange, type Timed } from './ordered-range.js';
import type { Built, Learners } from './profile-builder.js';
import type { GroupProgress, LearningStage } from './group-progress.js';
import type { IncidentSpan } from './incident-spans.js';
import { StreamLearning, StreamLearningData } from './stream-learning.js';

/** What to learn from. */
export interface TopicLearningPlan {
  /** Under this name it is kept while it goes on, and taken up again. */
  readonly name: string;
  /** One application alone; all where it is left out. */
  readonly application?: string;
  /** Event time, `[sinceUs, untilUs)`. */
  readonly sinceUs?: number;
  readonly untilUs?: number;
  /** Read on as records come, until of every workload novelty has converged on enough data, and calibrate on what follows. */
  readonly follow: boolean;
  /** While following: what becomes of what has not converged so long after the beginning; without it, it is waited for. */
  readonly giveUp?: { readonly afterMs: number; readonly unconverged: 'hand-over' | 'leave-out' };
  readonly incidents: readonly IncidentSpan[];
}

export interface TopicLearningParts {
  readonly log: Pick<EventLog, 'consume'> & TopicPositions;
  readonly store: LearningStore;
  readonly learners: Learners;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TopicLearningProgress) => void;
  /**
   * While following: takes each profile as it is ready, long before others may be. Where it rejects with a retriable
   * error, it is asked again.
   */
  readonly onReady?: (profile: ProfileFile) => Promise<void>;
  /** Told that the store is waited for, and why. */
  readonly onWaiting?: (reason: string) => void;
  /** Life of what is kept, after it was last written. Default a day. */
  readonly keptMs?: number;
  /** Messages between two times that it is written. Default 20 000. */
  readonly keepEvery?: number;
  /** How long to wait for more records where there are none. Default 2 s. */
  readonly pollMs?: number;
}

export interface TopicLearningProgress {
  readonly stage: Pass;
  readonly messages: number;
  /** Part of the range that was read, in [0, 1]; of what is there now while following. */
  readonly share: number;
  /** Told where it was just found out: it costs. */
  readonly groups?: readonly GroupProgress[];
}

export interface TopicLearned extends Built {
  /** Whether it went on from what an earlier run had kept. */
  readonly resumed: boolean;
  readonly messages: number;
  /** Records that could not be read. */
  readonly unreadable: number;
}

/** Before it learns from a range, it looks through it, to part it. */
type Pass = 'surveying' | LearningStage;

const DAY_MS = 86_400_000;
/** A store that is unavailable is waited for five minutes. */
const SAVE_PAUSE_MS = 1_000;
const SAVE_ATTEMPTS = 300;

/** A partition's records `[from, to)`, how far this pass has come, and from where there is something to calibrate on. */
const Part = z.object({
  partition: z.number(),
  from: z.number(),
  to: z.number(),
  at: z.number(),
  calibrateFrom: z.number(),
});
type Part = z.infer<typeof Part>;
/** The part that holds how far the learning has come, beside those that hold what was learned. */
const POSITION_PART = 'place';
const Kept = z.object({
  version: z.literal(2),
  plan: z.string(),
  stage: z.enum(['surveying', 'learning', 'calibrating']),
  sinceUs: z.number().optional(),
  untilUs: z.number().optional(),
  topics: z.record(z.enum(['syscalls', 'logs']), z.array(Part)),
  messages: z.number(),
  unreadable: z.number(),
  /** When it was begun, by the wall clock; what an earlier release kept has none. */
  begunMs: z.number().optional(),
  learning: StreamLearningData,
});
type Kept = z.infer<typeof Kept>;

/**
 * Learns profiles from a range of the topics `syscalls` and `logs`. Records are read in the order of event time; after
 * every so many, what was learned and the positions reached are written in one step, so a run that was interrupted goes on
 * and comes to the same profiles to the byte.
 *
 * Of a given range, the first 70 % of each workload's messages teach, and the rest calibrate. While following, each
 * detector of each workload learns until its novelty has converged on enough data, however long that takes, and
 * calibrates until that has as much for the part that it is; `onReady` has its profile then. `giveUp` ends the waiting:
 * what has not converged then calibrates as it is, and its profile is not complete, or it is left out and told in
 * `passedOver`. Throws `stopped` where the signal aborts: what was learned is kept.
 */
export async function learnFromTopics(plan: TopicLearningPlan, parts: TopicLearningParts): Promise<TopicLearned> {
  const run = await TopicLearning.open(plan, parts);
  return run.toTheEnd();
}

class TopicLearning {
  private sinceKept = 0;

  private constructor(
    private readonly plan: TopicLearningPlan,
    private readonly parts: TopicLearningParts,
    private readonly kept: Omit<Kept, 'learning'>,
    private readonly learning: StreamLearning,
    private readonly resumed: boolean,
  ) {}

  static async open(plan: TopicLearningPlan, parts: TopicLearningParts): Promise<TopicLearning> {
    const learning = new StreamLearning(parts.learners, plan.incidents, plan.follow);
    const stored = await parts.store.load(plan.name);
    const kept = readKept(stored.get(POSITION_PART), plan);
    if (kept !== undefined) {
      learning.restore(kept.learning, stored);
      return new TopicLearning(plan, parts, kept, learning, true);
    }
    await parts.store.remove(plan.name);
    const topics = {
      syscalls: await positionsOf('syscalls', plan, parts),
      logs: await positionsOf('logs', plan, parts),
    };
    const { sinceUs, untilUs } = plan;
    const begun = {
      version: 2 as const,
      plan: planText(plan),
      stage: plan.follow ? ('learning' as const) : ('surveying' as const),
      ...(sinceUs === undefined ? {} : { sinceUs }),
      ...(untilUs === undefined ? {} : { untilUs }),
      topics,
      messages: 0,
      unreadable: 0,
      begunMs: systemClock.nowMs(),
    };
    return new TopicLearning(plan, parts, begun, learning, false);
  }

  async toTheEnd(): Promise<TopicLearned> {
    const { store } = this.parts;
    let built: Built;
    try {
      built = this.plan.follow ? await this.follow() : await this.range();
    } catch (error) {
      await this.keep();
      throw error;
    }
    await store.remove(this.plan.name);
    const { messages, unreadable } = this.kept;
    return { ...built, resumed: this.resumed, messages, unreadable };
  }

  private async range(): Promise<Built> {
    if (this.kept.stage === 'surveying') await this.survey();
    if (this.kept.stage === 'learning') await this.learn();
    await this.pass('calibrating');
    return this.learning.finish(topicName);
  }

  /** One slow profile holds no other back: each is handed over when it is ready. */
  private async follow(): Promise<Built> {
    const { learning, parts } = this;
    const profiles: ProfileFile[] = [];
    const passedOver: string[] = [];
    for (;;) {
      await this.pass('learning');
      this.tell(learning.progress());
      const over = this.hasWaited();
      if (over && this.plan.giveUp?.unconverged === 'leave-out') passedOver.push(...learning.leaveOut());
      const ready = learning.ready(topicName, over);
      for (const { profile, taken } of ready) {
        await this.patiently(() => parts.onReady?.(profile) ?? Promise.resolve());
        profiles.push(profile);
        taken();
      }
      if (ready.length > 0) await this.keep();
      if (learning.isDone()) return { profiles, passedOver };
      await this.more(over);
    }
  }

  /** Whether what has not converged is given up. */
  private hasWaited(): boolean {
    const { giveUp } = this.plan;
    return giveUp !== undefined && systemClock.nowMs() >= (this.kept.begunMs ?? 0) + giveUp.afterMs;
  }

  private async survey(): Promise<void> {
    const { kept, learning } = this;
    // What an interrupted survey had seen was not kept.
    for (const part of this.partitions()) part.at = part.from;
    await this.pass('surveying');
    learning.split();
    kept.stage = 'learning';
    kept.messages = 0;
    for (const part of this.partitions()) part.at = part.from;
    await this.keep();
  }

  /** Goes through all of the range: what an analyst called benign is learned from wherever it lies. */
  private async learn(): Promise<void> {
    const { kept } = this;
    await this.pass('learning');
    kept.stage = 'calibrating';
    for (const part of this.partitions()) part.at = Math.min(part.calibrateFrom, part.to);
    await this.keep();
  }

  /** Waits until there are more records, and takes them into the range; or until waiting is `over` that was not before. */
  private async more(over: boolean): Promise<void> {
    const { signal, pollMs = 2_000 } = this.parts;
    for (;;) {
      if (signal?.aborted) throw new PlimsollError('stopped', 'learning was stopped; it goes on from here next time');
      let grown = false;
      for (const topic of ['syscalls', 'logs'] as const) {
        for (const { partition, first, end } of await this.parts.log.positions(TOPICS[topic].name)) {
          const own = this.kept.topics[topic];
          const part = own.find((one) => one.partition === partition);
          if (part === undefined) own.push(partOf(partition, first, end));
          else if (end > part.to) part.to = end;
          else continue;
          grown = true;
        }
      }
      if (grown || (!over && this.hasWaited())) return;
      await setTimeout(pollMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }

  /** Reads every partition from where it is to its end. */
  private async pass(stage: Pass): Promise<void> {
    for (const topic of ['syscalls', 'logs'] as const) {
      const own = new Map(this.kept.topics[topic].map((part) => [part.partition, part]));
      const ranges = [...own.values()].map(({ partition, at, to }): OffsetRange => ({ partition, from: at, to }));
      const { signal } = this.parts;
      await readRange(this.parts.log, {
        topic: TOPICS[topic].name,
        group: `learning-${randomUUID()}`,
        ranges,
        decode: (record) => this.decode(topic, record),
        take: (message, { partition, offset }) => {
          const part = own.get(partition)!;
          part.at = offset + 1;
          this.kept.messages += 1;
          if (stage === 'surveying') {
            this.learning.survey(message);
            return undefined;
          }
          const home = this.learning.take(stage, message);
          if (home === 'calibrating') part.calibrateFrom = Math.min(part.calibrateFrom, offset);
          return this.keepNowAndThen();
        },
        ...(signal ? { signal } : {}),
      });
      for (const part of own.values()) part.at = Math.max(part.at, part.to);
    }
    await this.keep();
  }

  private decode(topic: CollectorMessage['topic'], record: LogRecord): Timed<CollectorMessage> | undefined {
    if (record.headers[PROGRESS_HEADER] !== undefined) return undefined;
    const message = this.read(topic, record);
    if (message === undefined) return undefined;
    const { application } = whereOf(message);
    const timeUs = messageTimeUs(message);
    const { sinceUs = 0, untilUs = Infinity } = this.kept;
    if (this.plan.application !== undefined && application !== this.plan.application) return undefined;
    return timeUs >= sinceUs && timeUs < untilUs ? { message, timeUs } : undefined;
  }

  private read(topic: CollectorMessage['topic'], record: LogRecord): CollectorMessage | undefined {
    try {
      return topic === 'syscalls'
        ? { topic, batch: decodeSyscallBatch(record.value) }
        : { topic, event: decodeJson(LogEvent, record.value, 'a log event') };
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      this.kept.unreadable += 1;
      return undefined;
    }
  }

  private keepNowAndThen(): Promise<void> | undefined {
    this.sinceKept += 1;
    const { keepEvery = 20_000 } = this.parts;
    if (this.kept.messages % 500 === 0) this.tell();
    return this.sinceKept >= keepEvery ? this.keep() : undefined;
  }

  private async keep(): Promise<void> {
    this.sinceKept = 0;
    const changed = this.learning.changedParts();
    const kept: Kept = { ...this.kept, learning: this.learning.data() };
    changed.set(POSITION_PART, encodeJson(kept));
    await this.saved(changed);
    this.tell();
  }

  private saved(changed: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { store, keptMs = DAY_MS } = this.parts;
    return this.patiently(() => store.save(this.plan.name, changed, keptMs));
  }

  /** Waits for a store that is unavailable: hours of learning do not end with half a minute without it. */
  private async patiently(act: () => Promise<void>): Promise<void> {
    const { signal } = this.parts;
    for (let attempt = 1; ; attempt++) {
      try {
        await act();
        return;
      } catch (error) {
        const passes = error instanceof PlimsollError && error.retriable;
        if (!passes || signal?.aborted === true || attempt >= SAVE_ATTEMPTS) throw error;
        this.parts.onWaiting?.(error.message);
        await setTimeout(SAVE_PAUSE_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
      }
    }
  }

  private tell(groups?: readonly GroupProgress[]): void {
    const { stage, messages } = this.kept;
    let read = 0;
    let all = 0;
    for (const { from, to, at } of this.partitions()) {
      read += at - from;
      all += to - from;
    }
    const share = all === 0 ? 1 : Math.min(1, read / all);
    this.parts.onProgress?.({ stage, messages, share, ...(groups ? { groups } : {}) });
  }

  private partitions(): Part[] {
    return [...this.kept.topics.syscalls, ...this.kept.topics.logs];
  }
}

function topicName(topic: CollectorMessage['topic']): string {
  return TOPICS[topic].name;
}

async function positionsOf(
  topic: CollectorMessage['topic'],
  { sinceUs }: TopicLearningPlan,
  { log }: TopicLearningParts,
): Promise<Part[]> {
  // Nothing is published before it happens.
  const positions = await log.positions(
    TOPICS[topic].name,
    sinceUs === undefined ? undefined : Math.floor(sinceUs / 1_000),
  );
  return positions.map(({ partition, first, end }) => partOf(partition, first, end));
}

function partOf(partition: number, from: number, to: number): Part {
  // JSON has no infinity: nothing to calibrate on was seen yet.
  return { partition, from, to, at: from, calibrateFrom: Number.MAX_SAFE_INTEGER };
}

/** What tells one plan from another; what was kept of another is not gone on with. */
function planText({ application, follow, incidents }: TopicLearningPlan): string {
  const spans = incidents.map(({ id, startUs, endUs, benign }) => `${id} ${startUs} ${endUs} ${benign}`).sort();
  return identity(application ?? '', String(follow), ...spans);
}

function readKept(bytes: Uint8Array | undefined, plan: TopicLearningPlan): Kept | undefined {
  if (bytes === undefined) return undefined;
  try {
    const kept = decodeJson(Kept, bytes, 'a learning');
    return kept.plan === planText(plan) ? kept : undefined;
  } catch (error) {
    if (error instanceof PlimsollError) return undefined;
    throw error;
  }
}
