import { z } from 'zod';

/** Which versions score one workload for one detector from now on: the value of a record on `profiles`. */
export const ProfileChangeRecord = z.object({
  schema: z.literal(1),
  application: z.string().min(1).max(256),
  workload: z.string().min(1).max(256),
  detector: z.string().min(1).max(64),
  action: z.enum(['activate', 'shadow', 'unshadow', 'rollback']),
  /** The version that verdicts come from; absent where there is none. */
  active: z.string().max(64).optional(),
  /** A version that scores beside it, for comparison alone. */
  shadow: z.string().max(64).optional(),
  /** Rises by one with every change of the slot. */
  revision: z.number().int().nonnegative(),
  by: z.string().max(128),
  atMs: z.number().int().nonnegative(),
});
export type ProfileChangeRecord = z.infer<typeof ProfileChangeRecord>;
