import { PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import { ProfileBuilder, type CollectorMessage, type Learners } from '@plimsoll/pipelines';

import { replay, type ReplayOptions, type ReplaySource } from './replay.js';

/** What to learn from: groups of sources that ran at the same time and are read together, one group after the other. */
export interface LearningPlan {
  readonly learn: readonly (readonly ReplaySource[])[];
  /** Empty: a share of what is learned from is kept for calibration instead. */
  readonly calibrate: readonly (readonly ReplaySource[])[];
}

export interface LearnOptions {
  readonly privacy?: 'strict' | 'balanced' | 'full';
  /** `share` of all bytes in [0, 1]; `note` says what is read. */
  readonly onProgress?: (share: number, note: string) => void;
  readonly signal?: AbortSignal;
}

export interface Learned {
  readonly profiles: readonly ProfileFile[];
  /** Why a detector has no profile of a workload: it saw too little. */
  readonly passedOver: readonly string[];
  /** Messages read in all. */
  readonly messages: number;
}

/** Share kept for calibration where the plan names none. */
const CALIBRATE_SHARE = 0.3;

/** Messages held in memory to split one source by its events: some 20 million calls. */
const MAX_HELD_MESSAGES = 40_000;

/**
 * Learns every profile that the plan's sources allow. Learning ends before calibration begins, and no event serves
 * both. Throws what opening a source throws, and `empty-source` where there was too little.
 */
export async function learnProfiles(
  plan: LearningPlan,
  learners: Learners,
  options: LearnOptions = {},
): Promise<Learned> {
  const builder = new ProfileBuilder(learners);
  const { learn, calibrate, divide } = withCalibration(plan);
  const steps = learn.length + divide.length + calibrate.length;
  let step = 0;
  let messages = 0;
  const read = (group: readonly ReplaySource[], note: string): AsyncGenerator<CollectorMessage> => {
    const done = step++;
    return replay(group, {
      ...replayOptions(options),
      onProgress: (readBytes, totalBytes) =>
        options.onProgress?.((done + (totalBytes > 0 ? readBytes / totalBytes : 0)) / steps, note),
    });
  };
  for (const group of learn) {
    for await (const message of read(group, 'learning')) {
      teach(builder, message);
      messages++;
    }
  }
  const held: CollectorMessage[][] = [];
  for (const source of divide) {
    const stream = await all(read([source], 'learning'), source);
    const until = Math.max(1, Math.ceil(stream.length * (1 - CALIBRATE_SHARE)));
    for (const message of stream.slice(0, until)) teach(builder, message);
    held.push(stream.slice(until));
    messages += stream.length;
  }
  for (const message of held.flat()) calibrateOn(builder, message);
  for (const group of calibrate) {
    for await (const message of read(group, 'calibrating')) {
      calibrateOn(builder, message);
      messages++;
    }
  }
  return { ...builder.finish(), messages };
}

function replayOptions({ privacy, signal }: LearnOptions): ReplayOptions {
  return { ...(privacy && { privacy }), ...(signal && { signal }) };
}

/**
 * The plan with something to calibrate on. Of three or more sources of a workload and kind, the last 30 % calibrate;
 * of fewer, each is divided by its events.
 */
function withCalibration({ learn, calibrate }: LearningPlan): LearningPlan & { divide: readonly ReplaySource[] } {
  if (calibrate.length > 0) return { learn, calibrate, divide: [] };
  const kept: ReplaySource[][] = [];
  const heldOut: ReplaySource[][] = [];
  const divide: ReplaySource[] = [];
  for (const sources of bySeries(learn.flat())) {
    if (sources.length < 3) {
      divide.push(...sources);
      continue;
    }
    const until = sources.length - Math.max(1, Math.round(sources.length * CALIBRATE_SHARE));
    kept.push(...sources.slice(0, until).map((source) => [source]));
    heldOut.push(...sources.slice(until).map((source) => [source]));
  }
  return { learn: kept, calibrate: heldOut, divide };
}

function bySeries(sources: readonly ReplaySource[]): ReplaySource[][] {
  const series = new Map<string, ReplaySource[]>();
  for (const source of sources) {
    const key = JSON.stringify([source.where.application, source.where.workload, source.kind]);
    series.set(key, [...(series.get(key) ?? []), source]);
  }
  return [...series.values()];
}

async function all(messages: AsyncIterable<CollectorMessage>, source: ReplaySource): Promise<CollectorMessage[]> {
  const held: CollectorMessage[] = [];
  for await (const message of messages) {
    held.push(message);
    if (held.length > MAX_HELD_MESSAGES) {
      throw new PlimsollError(
        'too-large',
        `${source.path} is too long to keep a part of it for calibration: name a benign source with --calibrate`,
      );
    }
  }
  return held;
}

function teach(builder: ProfileBuilder, message: CollectorMessage): void {
  if (message.topic === 'syscalls') builder.learnCalls(message.batch);
  else builder.learnEvent(message.event);
}

function calibrateOn(builder: ProfileBuilder, message: CollectorMessage): void {
  if (message.topic === 'syscalls') builder.calibrateCalls(message.batch);
  else builder.calibrateEvent(message.event);
}
