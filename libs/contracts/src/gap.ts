import { z } from 'zod';

/** What a source lost, announced in the stream: a window across it is `gap`, and learning does not use it. */
export const Gap = z.object({
  /** `[startUs, endUs)` in event time, as far as the source knows it. */
  startUs: z.number(),
  endUs: z.number(),
  /** How many events were lost; absent where the source cannot tell. */
  lost: z.number().int().nonnegative().optional(),
  /** The first connections on which requests or statements were lost, as the ids of their events name them. */
  connections: z.array(z.string().max(64)).max(8).optional(),
  cause: z.enum(['source-drop', 'source-restart', 'truncated-input', 'unreadable-input', 'spool-overflow', 'resumed']),
});
export type Gap = z.infer<typeof Gap>;
