import { z } from 'zod';

const Count = z.number().int().nonnegative();

/** Points of a course: a day of learning in them is one in twenty minutes or so. */
export const MAX_COURSE_POINTS = 64;

/**
 * How the learning of one profile has gone so far, while it follows the stream: `learning` until novelty has converged
 * on enough data, `calibrating` after that, `learned` once the profile was handed over.
 */
export const LearningCourse = z.object({
  schema: z.literal(1),
  application: z.string().min(1).max(256),
  workload: z.string().min(1).max(256),
  detector: z.string().min(1).max(64),
  stage: z.enum(['learning', 'calibrating', 'learned']),
  /** The oldest first, the last as of now; from the beginning of the run that learns. Novelty is in [0, 1]. */
  points: z
    .array(z.object({ atMs: z.number().nonnegative(), events: Count, novelty: z.number().min(0).max(1) }))
    .min(1)
    .max(MAX_COURSE_POINTS),
  /** What holds it back, in words. */
  missing: z.array(z.string().max(512)).max(16),
  /** Events that it takes at the least until it converges; left out where more of the same will never do. */
  moreEvents: Count.optional(),
  /** How long those take at the rate of this run; left out where no rate shows. */
  moreMs: Count.optional(),
});
export type LearningCourse = z.infer<typeof LearningCourse>;
