import { z } from 'zod';

import { ProfileChangeRecord } from './profile-change.js';
import { P_VALUE_BINS } from './verdict.js';

const Count = z.number().int().nonnegative();
const Bins = z.array(Count).length(P_VALUE_BINS);

/** How a version in shadow compares with the active one on the windows that both scored. */
export const ShadowComparison = z.object({
  version: z.string().min(1).max(64),
  /** Event time from which both scored. */
  sinceUs: z.number().nonnegative(),
  active: z.object({ windows: Count, anomalous: Count, bins: Bins }),
  shadow: z.object({ windows: Count, anomalous: Count, bins: Bins }),
  /** Anomalous windows that both found. */
  both: Count,
});

/**
 * How the active profile of one workload and detector fits what is seen live. A report of its own, never an attack:
 * `unknown`: too little was scored; `fits`; `ageing`: p-values have lastingly moved towards 0; `deployment`: most
 * windows of every container lie near 0 at once, as after a new release.
 */
export const ProfileReport = z.object({
  type: z.literal('report'),
  schema: z.literal(1),
  application: z.string().min(1).max(256),
  workload: z.string().min(1).max(256),
  detector: z.string().min(1).max(64),
  version: z.string().min(1).max(64),
  /** Event time up to which it tells. */
  atUs: z.number().nonnegative(),
  state: z.enum(['unknown', 'fits', 'ageing', 'deployment']),
  /** The same in a sentence. */
  words: z.string().max(512),
  /** Windows scored, and found anomalous, in the day of event time before `atUs`. */
  windows: Count,
  anomalous: Count,
  /** Largest excess of small p-values over the uniform share, and what randomness and calibration may account for, in [0, 1]. */
  distance: z.number(),
  allowed: z.number(),
  bins: Bins,
  shadow: ShadowComparison.optional(),
});
export type ProfileReport = z.infer<typeof ProfileReport>;

/** What the topic `profiles` carries. */
export const ProfilesMessage = z.union([ProfileReport, ProfileChangeRecord]);
export type ProfilesMessage = z.infer<typeof ProfilesMessage>;
