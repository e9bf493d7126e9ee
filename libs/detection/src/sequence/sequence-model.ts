import { callName, CALL_NUMBERS, PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import { z } from 'zod';

import { Calibration, pThreshold } from '../calibration/index.js';
import type { Budget } from '../detector.js';
import { learnednessOf, type Learnedness } from '../syscall-windows/as-learned.js';
import { type KnownRuns, knownRuns } from './known-runs.js';
import { lengthOf, SequenceOptions, sizesOf } from './options.js';
import { droppedCalls, Scanner } from './scanner.js';
import { MAX_TRAILS, runKey, Trails } from './trails.js';

/** What a profile of the detector `sequence` holds. */
export const SequenceProfile = z.object({
  schema: z.literal(1),
  options: SequenceOptions,
  /** Names of the call numbers below, for the reader. */
  names: z.record(z.string(), z.string()),
  /** `"0 1 3 257 5 9:12"`: a run of calls by number, and how often it was seen. */
  trails: z.array(z.string().max(128)).max(MAX_TRAILS),
  /** Calls learned from. */
  calls: z.number().int().nonnegative(),
  /** Mean rate, per thousand calls, of unseen bags or n-grams of each size in benign windows that hold any. */
  units: z.array(z.number().gt(0)),
  calibration: Calibration,
  windowsPerDay: z.number().gt(0),
  /** Whether it accepts connections; absent in older profiles: it is not known to. */
  serves: z.boolean().optional(),
  /** Programs that were executed, by the digest of their path. */
  programs: z.array(z.object({ digest: z.number().int().nonnegative(), name: z.string().max(512) })).max(4096),
  /** Probability that a benign window executes a program that none did before. */
  newProgram: z.number().gt(0).max(1),
});
export type SequenceProfile = z.infer<typeof SequenceProfile>;

/** A profile made ready to score with. */
export interface SequenceModel extends Learnedness {
  readonly version: string;
  readonly options: SequenceOptions;
  readonly known: KnownRuns;
  readonly scanner: Scanner;
  readonly calls: number;
  readonly units: readonly number[];
  readonly calibration: Calibration;
  /** Whether the workload accepts connections. */
  readonly serves: boolean;
  readonly programs: ReadonlySet<number>;
  readonly newProgram: number;
  /** A window at or under this p-value is anomalous. */
  readonly threshold: number;
}

/** Part of an application's budget that this detector may spend: three levels, and the log level has three detectors. */
export const SEQUENCE_SHARE = 0.3;

export function sequenceModel(profile: ProfileFile, budget: Budget): SequenceModel {
  const parsed = SequenceProfile.safeParse(profile.model);
  if (profile.detector !== 'sequence' || !parsed.success) {
    const where = parsed.success ? 'detector' : (parsed.error.issues[0]?.path.join('.') ?? '');
    throw new PlimsollError('bad-profile', `profile ${profile.version} is not one of the sequence detector (${where})`);
  }
  const { options, units, calls, calibration, serves = false, windowsPerDay, programs, newProgram } = parsed.data;
  if (units.length !== sizesOf(options).length) {
    throw new PlimsollError(
      'bad-profile',
      `profile ${profile.version} has ${units.length} units for another number of sizes`,
    );
  }
  const known = knownRuns(readTrails(parsed.data), options);
  return {
    version: profile.version,
    ...learnednessOf(profile),
    options,
    known,
    scanner: new Scanner(known, options.scope, droppedCalls(options.keyGroup)),
    calls,
    units,
    calibration,
    serves,
    programs: new Set(programs.map(({ digest }) => digest)),
    newProgram,
    threshold: pThreshold(calibration, { ...budget, windowsPerDay, share: SEQUENCE_SHARE }),
  };
}

export function writeTrails(trails: Trails): Pick<SequenceProfile, 'names' | 'trails'> {
  const names: Record<string, string> = {};
  const lines: string[] = [];
  for (const { calls, count } of trails) {
    for (const call of calls) names[String(call)] = callName(call);
    lines.push(`${calls.join(' ')}:${count}`);
  }
  return { names, trails: lines };
}

function readTrails({ options, trails: lines }: SequenceProfile): Trails {
  const trails = new Trails(lengthOf(options));
  addTrails(trails, lines);
  return trails;
}

/** Adds runs as `writeTrails` wrote them. Throws `bad-profile` on a line that is no run. */
export function addTrails(trails: Trails, lines: readonly string[]): void {
  const { length } = trails;
  for (const line of lines) {
    const [run = '', times = ''] = line.split(':');
    const calls = run.split(' ').map(Number);
    const count = Number(times);
    const possible =
      calls.length <= length && calls.every((call) => Number.isInteger(call) && call >= 0 && call < CALL_NUMBERS);
    if (!possible || !Number.isInteger(count) || count < 1) {
      throw new PlimsollError('bad-profile', 'a sequence profile with a run that is none');
    }
    const [a, b] = runKey(calls);
    trails.add(a, b, () => calls, count);
  }
}
