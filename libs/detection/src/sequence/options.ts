import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** Longest run of calls that a detector remembers of each thread. */
const MAX_LENGTH = 15;

/** What a sequence profile looks at. Part of the profile: what was learned with one setting is scored with the same. */
export const SequenceOptions = z.object({
  /** Sizes of bags (multisets of consecutive calls), 1 to 15. */
  bags: z.array(z.number().int().min(1).max(MAX_LENGTH)).max(MAX_LENGTH),
  /** Lengths of n-grams (consecutive calls in their order), 1 to 15. */
  ngrams: z.array(z.number().int().min(1).max(MAX_LENGTH)).max(MAX_LENGTH),
  /**
   * Calls that surprise: those which, after the `length - 1` calls before them, are less likely than one in 2^`bits`,
   * learned or not. Absent: they do not count.
   */
  rare: z.object({ length: z.number().int().min(2).max(MAX_LENGTH), bits: z.number().gt(0).max(30) }).optional(),
  /** Whether what is consecutive is so within a thread, or within the container whatever the threads. */
  scope: z.enum(['thread', 'container']),
  /** Calls in a window. */
  windowCalls: z.number().int().min(10).max(1_000_000),
  /** Fewer calls than this are not scored. */
  minCalls: z.number().int().min(1),
  /** A shorter window's rates are over this many calls, so that one odd call makes no high rate. */
  rateCalls: z.number().int().min(1),
  /** Calls kept in the group, by number; the rest is not seen at all. Absent: all of them. */
  keyGroup: z.array(z.number().int().min(0)).optional(),
});
export type SequenceOptions = z.infer<typeof SequenceOptions>;

/**
 * Bags of 2 to 6 together, per thread, in windows of 1,000 calls: docs/detection-syscalls.md has the figures that chose
 * them. A workload whose runs never settle gets `UNSETTLED_SEQUENCE_OPTIONS` instead, unless asked for otherwise.
 */
export const DEFAULT_SEQUENCE_OPTIONS: SequenceOptions = {
  bags: [2, 3, 4, 5, 6],
  ngrams: [],
  scope: 'thread',
  windowCalls: 1_000,
  minCalls: 100,
  rateCalls: 500,
};

/**
 * Calls less likely than one in sixteen after the seven before them, from 30 calls on: for a profile that holds so many
 * kinds of processes that every short bag is soon known, such as a whole host's.
 */
export const UNSETTLED_SEQUENCE_OPTIONS: SequenceOptions = {
  ...DEFAULT_SEQUENCE_OPTIONS,
  bags: [],
  rare: { length: 8, bits: 4 },
  minCalls: 30,
  rateCalls: 30,
};

export function sequenceOptions(options: Partial<SequenceOptions>): SequenceOptions {
  const parsed = SequenceOptions.safeParse({ ...DEFAULT_SEQUENCE_OPTIONS, ...options });
  if (!parsed.success) {
    throw new PlimsollError('bad-configuration', `sequence: ${parsed.error.issues[0]?.message ?? 'invalid'}`);
  }
  if (sizesOf(parsed.data).length === 0) {
    throw new PlimsollError('bad-configuration', 'sequence: no bag size, no n-gram length and no rare calls');
  }
  return parsed.data;
}

type Looks = Pick<SequenceOptions, 'bags' | 'ngrams' | 'rare'>;

/** How many calls each thing looked at is long: bags, then n-grams, then rare calls with what precedes them. */
export function sizesOf({ bags, ngrams, rare }: Looks): number[] {
  return [...bags, ...ngrams, ...(rare ? [rare.length] : [])];
}

/** The longest run that the options look at. */
export function lengthOf(options: Looks): number {
  return Math.max(...sizesOf(options));
}
