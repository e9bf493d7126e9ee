import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';
/** Longest run of calls that a detector remembers of each thread. */
export const MAX_LENGTH = 15;
/** What a sequence profile looks at. Part of the profile: what was learned with one setting is judged with the same. */
export const SequenceOptions = z.object({
    /** Sizes of bags (multisets of consecutive calls), 1 to 15. */
    bags: z.array(z.number().int().min(1).max(MAX_LENGTH)).max(MAX_LENGTH),
    /** Lengths of n-grams (consecutive calls in their order), 1 to 15. */
    ngrams: z.array(z.number().int().min(1).max(MAX_LENGTH)).max(MAX_LENGTH),
    /** Whether what is consecutive is so within a thread, or within the container whatever the threads. */
    scope: z.enum(['thread', 'container']),
    /** Calls in a window. */
    windowCalls: z.number().int().min(10).max(1_000_000),
    /** Fewer calls than this are not judged. */
    minCalls: z.number().int().min(1),
    /** A shorter window's rates are over this many calls, so that one odd call makes no high rate. */
    rateCalls: z.number().int().min(1),
    /** Calls kept in the group, by number; the rest is not seen at all. Absent: all of them. */
    keyGroup: z.array(z.number().int().min(0)).optional(),
});
/**
 * Bags of 2 to 6 together, per thread, in windows of 1,000 calls: docs/detection-syscalls.md has the figures that chose
 * them.
 */
export const DEFAULT_SEQUENCE_OPTIONS = {
    bags: [2, 3, 4, 5, 6],
    ngrams: [],
    scope: 'thread',
    windowCalls: 1_000,
    minCalls: 100,
    rateCalls: 500,
};
export function sequenceOptions(options) {
    const parsed = SequenceOptions.safeParse({ ...DEFAULT_SEQUENCE_OPTIONS, ...options });
    if (!parsed.success) {
        throw new PlimsollError('bad-configuration', `sequence: ${parsed.error.issues[0]?.message ?? 'invalid'}`);
    }
    if (parsed.data.bags.length + parsed.data.ngrams.length === 0) {
        throw new PlimsollError('bad-configuration', 'sequence: neither a bag size nor an n-gram length');
    }
    return parsed.data;
}
/** The longest run that the options look at. */
export function lengthOf({ bags, ngrams }) {
    return Math.max(...bags, ...ngrams);
}
//# sourceMappingURL=options.js.map