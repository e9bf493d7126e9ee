import { z } from 'zod';
/** What a frequency profile looks at. Part of the profile. */
export declare const FrequencyOptions: z.ZodObject<{
    pieceCalls: z.ZodNumber;
    pieces: z.ZodNumber;
    minCalls: z.ZodNumber;
    sizes: z.ZodBoolean;
    keyGroup: z.ZodOptional<z.ZodArray<z.ZodNumber>>;
}, z.core.$strip>;
export type FrequencyOptions = z.infer<typeof FrequencyOptions>;
/** The last 5,000 calls, judged every 1,000. docs/detection-syscalls.md has the figures that chose them. */
export declare const DEFAULT_FREQUENCY_OPTIONS: FrequencyOptions;
export declare function frequencyOptions(options: Partial<FrequencyOptions>): FrequencyOptions;
//# sourceMappingURL=options.d.ts.map