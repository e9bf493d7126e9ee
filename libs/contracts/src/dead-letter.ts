import { z } from 'zod';

/** A record that could not be used, with where it came from and why: the value of a record on `dead-letters`. */
export const DeadLetter = z.object({
  schema: z.literal(1),
  origin: z.object({
    topic: z.string(),
    partition: z.number().int(),
    offset: z.number().int(),
    key: z.string().nullable(),
  }),
  /** One of `errors.ts`'s codes, or `late`. */
  reason: z.string().max(64),
  detail: z.string().max(1024),
  /** The record's size, and its first bytes in base64 where its topic may be copied; a record of `logs` never is. */
  sizeBytes: z.number().int().nonnegative(),
  head: z.base64().max(2048).optional(),
  /** Who refused it. */
  by: z.string().max(128),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
