import { PlimsollError, sealProfile, type ProfileFile } from '@plimsoll/contracts';
import { ProfileBuilder, type CollectorMessage, type Learners } from '@plimsoll/pipelines';
import { reportNotes, type SourceReport } from '@plimsoll/sources';

import { PriorSuspects, type Suspects } from './prior-suspects.js';
import { replay, type ReplayOptions, type ReplaySource } from './replay.js';

/** What to learn from: groups of sources that ran at the same time and are read together, one group after the other. */
export interface LearningPlan {
  readonly learn: readonly (readonly ReplaySource[])[];
  /** Empty: a share of what is learned from is kept for calibration instead. */
  readonly calibrate: readonly (readonly ReplaySource[])[];
}

export interface LearnOptions {
  readonly privacy?: 'strict' | 'balanced' | 'full';
  readonly alter?: ReplayOptions['alter'];
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
  /** What became of the lines of each source. */
  readonly reports: readonly ReadReport[];
  /** What would alert before anything is learned. */
  readonly suspects: readonly Suspects[];
}

/** One source's report, and whose source it was. */
export interface ReadReport {
  readonly source: ReplaySource;
  readonly report: SourceReport;
}

/** Share kept for calibration where the plan names none. */
export const CALIBRATE_SHARE = 0.3;

/** Messages held in memory to split one source by its events: some 20 million calls. A longer source is read again. */
export const MAX_HELD_MESSAGES = 40_000;
/** Notes of one profile. */
const MAX_NOTES = 32;

/**
 * Learns every profile that the plan's sources allow. Learning ends before calibration begins, and no event serves
 * both. A source that is too long to be held is read again for what calibrates: memory stays bounded. What was refused
 * or lost of a workload's sources is noted in its profiles, and a loss keeps them from being complete. Throws what
 * opening a source throws, and `empty-source` where there was too little.
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
  const reports: ReadReport[] = [];
  const suspects = new PriorSuspects();
  const read = (group: readonly ReplaySource[], note: string, again = false): AsyncGenerator<CollectorMessage> => {
    const done = again ? steps - 1 : step++;
    const messagesOf = replay(group, {
      ...replayOptions(options),
      ...(!again && { onRead: (report, source) => reports.push({ report, source }) }),
      onProgress: (readBytes, totalBytes) =>
        options.onProgress?.((done + (totalBytes > 0 ? readBytes / totalBytes : 0)) / steps, note),
    });
    return again ? messagesOf : scored(messagesOf, suspects);
  };
  for (const group of learn) {
    for await (const message of read(group, 'learning')) {
      teach(builder, message);
      messages++;
    }
  }
  const rests: (() => AsyncIterable<CollectorMessage> | Iterable<CollectorMessage>)[] = [];
  for (const source of divide) {
    const { held, count } = await counted(read([source], 'learning'), source);
    const until = Math.max(1, Math.ceil(count * (1 - CALIBRATE_SHARE)));
    const whole = held ?? read([source], 'learning again, being long', true);
    for await (const message of part(whole, 0, until)) teach(builder, message);
    rests.push(() =>
      held ? held.slice(until) : part(read([source], 'calibrating on the rest of it', true), until, Infinity),
    );
    messages += count;
  }
  for (const rest of rests) for await (const message of rest()) calibrateOn(builder, message);
  for (const group of calibrate) {
    for await (const message of read(group, 'calibrating')) {
      calibrateOn(builder, message);
      messages++;
    }
  }
  const { profiles, passedOver } = builder.finish();
  return {
    profiles: profiles.map((profile) => noted(profile, reports)),
    passedOver,
    messages,
    reports,
    suspects: suspects.found(),
  };
}

/** The messages as they come, each seen by the priors. */
async function* scored(
  messages: AsyncIterable<CollectorMessage>,
  suspects: PriorSuspects,
): AsyncGenerator<CollectorMessage> {
  for await (const message of messages) {
    suspects.see(message);
    yield message;
  }
}

/** The profile, with what was refused or lost of the sources of its workload. */
function noted(profile: ProfileFile, reports: readonly ReadReport[]): ProfileFile {
  const own = reports.filter(({ source: { where } }) => {
    return where.application === profile.application && where.workload === profile.workload;
  });
  const notes = [...new Set(own.flatMap(({ report }) => reportNotes(report)))].slice(0, MAX_NOTES);
  if (notes.length === 0) return profile;
  const { version: _, schema: __, ...content } = profile;
  const { learned } = content;
  const complete = learned.complete && !own.some(({ report }) => report.cut);
  return sealProfile({ ...content, learned: { ...learned, complete, notes: [...learned.notes, ...notes] } });
}

function replayOptions({ privacy, alter, signal }: LearnOptions): ReplayOptions {
  return { ...(privacy && { privacy }), ...(alter && { alter }), ...(signal && { signal }) };
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

/** How many messages a source has, and the messages themselves where they can be held. */
async function counted(
  messages: AsyncIterable<CollectorMessage>,
  source: ReplaySource,
): Promise<{ held: CollectorMessage[] | undefined; count: number }> {
  let held: CollectorMessage[] | undefined = [];
  let count = 0;
  for await (const message of messages) {
    count++;
    held?.push(message);
    if (count <= MAX_HELD_MESSAGES) continue;
    if (source.path === '-') {
      throw new PlimsollError(
        'too-large',
        'standard input is too long to keep a part of it for calibration: give a file, or a benign source with --calibrate',
      );
    }
    held = undefined;
  }
  return { held, count };
}

/** The messages from the one numbered `from` up to that numbered `until`, which is not read. */
async function* part(
  messages: AsyncIterable<CollectorMessage> | Iterable<CollectorMessage>,
  from: number,
  until: number,
): AsyncGenerator<CollectorMessage> {
  let at = 0;
  for await (const message of messages) {
    if (at >= until) return;
    if (at++ >= from) yield message;
  }
}

export function teach(builder: ProfileBuilder, message: CollectorMessage): void {
  if (message.topic === 'syscalls') builder.learnCalls(message.batch);
  else builder.learnEvent(message.event);
}

export function calibrateOn(builder: ProfileBuilder, message: CollectorMessage): void {
  if (message.topic === 'syscalls') builder.calibrateCalls(message.batch);
  else builder.calibrateEvent(message.event);
}
