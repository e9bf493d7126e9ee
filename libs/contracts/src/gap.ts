import { z } from 'zod';

/** What a source lost, announced in the stream: a window across it is `gap`, and learning does not use it. */
export const Gap = z.object({
  /** `[startUs, endUs)` in event time, as far as the source knows it. */
  startUs: z.number(),
  endUs: z.number(),
  /** How many events were lost; absent where the source cannot tell. */
  lost: z.number().int().nonnegative().optional(),
  /** The first of those on whose connections requests or statements were lost, as `address:port`, where a source knows them. */
  peers: z.array(z.string().max(128)).max(8).optional(),
  cause: z.enum(['source-drop', 'source-restart', 'truncated-input', 'unreadable-input', 'spool-overflow', 'resumed']),
});
export type Gap = z.infer<typeof Gap>;
