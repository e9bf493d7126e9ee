import { z } from 'zod';
/** Longest run of calls that a detector remembers of each thread. */
export declare const MAX_LENGTH = 15;
/** What a sequence profile looks at. Part of the profile: what was learned with one setting is judged with the same. */
export declare const SequenceOptions: z.ZodObject<{
    bags: z.ZodArray<z.ZodNumber>;
    ngrams: z.ZodArray<z.ZodNumber>;
    scope: z.ZodEnum<{
        container: "container";
        thread: "thread";
    }>;
    windowCalls: z.ZodNumber;
    minCalls: z.ZodNumber;
    rateCalls: z.ZodNumber;
    keyGroup: z.ZodOptional<z.ZodArray<z.ZodNumber>>;
}, z.core.$strip>;
export type SequenceOptions = z.infer<typeof SequenceOptions>;
/**
 * Bags of 2 to 6 together, per thread, in windows of 1,000 calls: docs/detection-syscalls.md has the figures that chose
 * them.
 */
export declare const DEFAULT_SEQUENCE_OPTIONS: SequenceOptions;
export declare function sequenceOptions(options: Partial<SequenceOptions>): SequenceOptions;
/** The longest run that the options look at. */
export declare function lengthOf({ bags, ngrams }: Pick<SequenceOptions, 'bags' | 'ngrams'>): number;
//# sourceMappingURL=options.d.ts.map