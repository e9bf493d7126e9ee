import { CALL_NUMBERS, callName, PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import { z } from 'zod';

import { Calibration, pThreshold } from '../calibration/index.js';
import type { Budget } from '../detector.js';
import { learnednessOf, type Learnedness } from '../syscall-windows/as-learned.js';
import { COUNTERS, READ_SIZES_AT, WRITE_SIZES_AT } from './call-counts.js';
import { choleskyOf, triangle } from './covariance.js';
import { FrequencyOptions } from './options.js';

/** Most features of a profile: bounds its file and the cost of a distance. */
export const MAX_FEATURES = 200;

/** What a profile of the detector `frequency` holds. */
export const FrequencyProfile = z.object({
  schema: z.literal(1),
  options: FrequencyOptions,
  /** What each feature is the share of; the last is all other calls. */
  features: z
    .array(
      z.object({
        name: z.string().max(64),
        /** Counter of `call-counts.ts`; absent for 'all others'. */
        place: z
          .number()
          .int()
          .min(0)
          .max(COUNTERS - 1)
          .optional(),
        mean: z.number(),
        /** Benign shares: the 1st, 50th and 99th percentile. */
        range: z.tuple([z.number(), z.number(), z.number()]),
      }),
    )
    .min(1)
    .max(MAX_FEATURES),
  covariance: z.array(z.number()),
  calibration: Calibration,
  windowsPerDay: z.number().gt(0),
  /** Whether it accepts connections; absent in older profiles: it is not known to. */
  serves: z.boolean().optional(),
  /** Calls a second under which a window is not judged: nothing so slow was learned. Absent without times, and in older profiles. */
  slowest: z.number().gt(0).optional(),
});
export type FrequencyProfile = z.infer<typeof FrequencyProfile>;

/** A profile made ready to score with. */
export interface FrequencyModel extends Learnedness {
  readonly version: string;
  readonly options: FrequencyOptions;
  readonly features: FrequencyProfile['features'];
  readonly counters: readonly number[];
  readonly mean: Float64Array;
  readonly factor: Float64Array;
  readonly calibration: Calibration;
  /** Whether the workload accepts connections. */
  readonly serves: boolean;
  readonly slowest: number | undefined;
  readonly threshold: number;
}

/** Part of an application's budget that this detector may spend. */
export const FREQUENCY_SHARE = 0.2;

export function frequencyModel(profile: ProfileFile, budget: Budget): FrequencyModel {
  const parsed = FrequencyProfile.safeParse(profile.model);
  if (profile.detector !== 'frequency' || !parsed.success) {
    const where = parsed.success ? 'detector' : (parsed.error.issues[0]?.path.join('.') ?? '');
    throw new PlimsollError(
      'bad-profile',
      `profile ${profile.version} is not one of the frequency detector (${where})`,
    );
  }
  const { options, features, covariance, calibration, serves = false, slowest, windowsPerDay } = parsed.data;
  const counters = features.flatMap(({ place }) => (place === undefined ? [] : [place]));
  if (counters.length !== features.length - 1 || covariance.length !== triangle(features.length)) {
    throw new PlimsollError('bad-profile', `profile ${profile.version}: features and covariance disagree`);
  }
  return {
    version: profile.version,
    ...learnednessOf(profile),
    options,
    features,
    counters,
    mean: Float64Array.from(features, ({ mean }) => mean),
    factor: choleskyOf(covariance, features.length),
    calibration,
    serves,
    slowest,
    threshold: pThreshold(calibration, { ...budget, windowsPerDay, share: FREQUENCY_SHARE }),
  };
}

/** What a counter counts, in words. */
export function counterName(counter: number): string {
  if (counter < CALL_NUMBERS) return callName(counter);
  const written = counter >= WRITE_SIZES_AT;
  const power = counter - (written ? WRITE_SIZES_AT : READ_SIZES_AT);
  const from = power === 0 ? 0 : 2 ** (power - 1);
  return `${written ? 'writes' : 'reads'} of ${from}${power <= 1 ? '' : ` to ${2 * from - 1}`} bytes`;
}
