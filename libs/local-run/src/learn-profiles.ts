import { sealProfile, type ProfileFile } from '@plimsoll/contracts';
import { ProfileBuilder, type CollectorMessage, type Learners } from '@plimsoll/pipelines';
import { reportNotes, type SourceReport } from '@plimsoll/sources';

import { DividedSource, type DividedReading } from './divided-source.js';
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
  /** Told of each source as it ends: what became of its lines is known also where too little was read to learn from. */
  readonly onRead?: (report: SourceReport) => void;
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

/** Notes of one profile. */
const MAX_NOTES = 32;

/**
 * Learns every profile that the plan's sources allow. Learning ends before calibration begins, and no event serves
 * both. Memory stays bounded however long a source is (`DividedSource`). What was refused
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
  const read = (group: readonly ReplaySource[], note: string, again = false): DividedReading => {
    const done = again ? step - 1 : step++;
    let share: number | undefined;
    const messagesOf = replay(group, {
      ...replayOptions(options),
      ...(!again && {
        onRead: (report, source) => {
          reports.push({ report, source });
          options.onRead?.(report);
        },
      }),
      onProgress: (readBytes, totalBytes) => {
        share = totalBytes > 0 ? readBytes / totalBytes : undefined;
        options.onProgress?.((done + (share ?? 0)) / steps, `${note}, ${sizeWords(readBytes, totalBytes)}`);
      },
    });
    return { messages: again ? messagesOf : scored(messagesOf, suspects), share: () => share };
  };
  for (const group of learn) {
    for await (const message of each(read(group, 'learning'))) {
      teach(builder, message);
      messages++;
    }
  }
  const divided = divide.map(
    (source) =>
      new DividedSource(CALIBRATE_SHARE, (again) => read([source], again ? 'learning again' : 'learning', again)),
  );
  for (const source of divided) for await (const message of source.first()) teach(builder, message);
  for (const source of divided) for await (const message of source.rest()) calibrateOn(builder, message);
  for (const source of divided) messages += source.messages;
  for (const group of calibrate) {
    for await (const message of each(read(group, 'calibrating'))) {
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

async function* each({ messages }: DividedReading): AsyncGenerator<CollectorMessage> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) yield next.value;
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

function sizeWords(readBytes: number, totalBytes: number): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  return totalBytes > 0 ? `${megabytes(readBytes)} of ${megabytes(totalBytes)} MB` : `${megabytes(readBytes)} MB`;
}

function replayOptions({ privacy, alter, signal }: LearnOptions): ReplayOptions {
  return { ...(privacy && { privacy }), ...(alter && { alter }), ...(signal && { signal }) };
}

/**
 * The plan with something to calibrate on. Of three or more sources of a workload and kind, the last 30 % calibrate;
 * of fewer, each is divided.
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

export function teach(builder: ProfileBuilder, message: CollectorMessage): void {
  if (message.topic === 'syscalls') builder.learnCalls(message.batch);
  else builder.learnEvent(message.event);
}

export function calibrateOn(builder: ProfileBuilder, message: CollectorMessage): void {
  if (message.topic === 'syscalls') builder.calibrateCalls(message.batch);
  else builder.calibrateEvent(message.event);
}
