import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** What a frequency profile looks at. Part of the profile. */
export const FrequencyOptions = z.object({
  /** Calls after which a container is scored anew. */
  pieceCalls: z.number().int().min(10).max(1_000_000),
  /** Pieces that a window looks back on, the newest included. */
  pieces: z.number().int().min(1).max(64),
  /** A piece with fewer calls is not scored. */
  minCalls: z.number().int().min(1),
  /** Whether the sizes of what is read and written count, where the source has results. */
  sizes: z.boolean(),
  /** Calls whose shares are compared, by number; all others count together. Absent: every call seen in learning. */
  keyGroup: z.array(z.number().int().min(0)).optional(),
});
export type FrequencyOptions = z.infer<typeof FrequencyOptions>;

/** The last 5,000 calls, scored every 1,000. docs/detection-syscalls.md has the figures that chose them. */
export const DEFAULT_FREQUENCY_OPTIONS: FrequencyOptions = {
  pieceCalls: 1_000,
  pieces: 5,
  minCalls: 100,
  sizes: true,
};

export function frequencyOptions(options: Partial<FrequencyOptions>): FrequencyOptions {
  const parsed = FrequencyOptions.safeParse({ ...DEFAULT_FREQUENCY_OPTIONS, ...options });
  if (parsed.success) return parsed.data;
  throw new PlimsollError('bad-configuration', `frequency: ${parsed.error.issues[0]?.message ?? 'invalid'}`);
}
