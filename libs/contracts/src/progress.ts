import { z } from 'zod';

import { Coverage, Verdict } from './verdict.js';

/** Partitions of the topics that events travel on: who waits for all of them has to know how many there are. */
const Partitions = z.object({
  syscalls: z.number().int().positive().max(1_024),
  logs: z.number().int().positive().max(1_024),
});

/** What has which workload under watch now, a target or a sender by its name: of those left out nothing is said. */
const Watching = z
  .array(z.object({ workload: z.string().min(1).max(256), source: z.string().min(1).max(256) }))
  .max(256);
export type Watching = z.infer<typeof Watching>;

/**
 * How far a source has come with an application: a record on every partition of `syscalls` and `logs`, behind what it
 * speaks of, with the header `PROGRESS_HEADER`. Live sources send it about every ten seconds.
 */
export const Progress = z.object({
  type: z.literal('progress'),
  schema: z.literal(1),
  application: z.string().min(1).max(256),
  /** Who says so: a run of the collector, or a recording that is replayed. */
  source: z.string().min(1).max(512),
  /** The source's events up to here are published; it may go back, where a source begins to read what is older. */
  timeUs: z.number().nonnegative(),
  partitions: Partitions,
  /** Times of this source that were ahead of their arrival, and were set to it, since it began. */
  skewed: z.number().int().nonnegative().optional(),
  watching: Watching.optional(),
  /** Nothing more comes from this source: nobody waits for it. */
  end: z.boolean().optional(),
});
export type Progress = z.infer<typeof Progress>;

/** The header that tells a record of `syscalls` or `logs` that holds progress from one that holds events. */
export const PROGRESS_HEADER = 'plimsoll-progress';

/** How far a detector has come with one partition of its input: a record on `verdicts`, behind what it scored. */
export const Watermark = z.object({
  type: z.literal('watermark'),
  schema: z.literal(1),
  application: z.string().min(1).max(256),
  /** The service's name, `log-detector` say. */
  detector: z.string().min(1).max(64),
  topic: z.string().min(1).max(256),
  partition: z.number().int().nonnegative().max(1_023),
  timeUs: z.number().nonnegative(),
  partitions: Partitions.optional(),
  /** As `Progress` has it, of all sources that this partition hears. */
  skewed: z.number().int().nonnegative().optional(),
  /** Of the source that was heard just now. */
  watching: Watching.optional(),
});
export type Watermark = z.infer<typeof Watermark>;

/** What the topic `verdicts` carries. */
export const VerdictsRecord = z.discriminatedUnion('type', [Verdict, Coverage, Watermark]);
export type VerdictsRecord = z.infer<typeof VerdictsRecord>;
