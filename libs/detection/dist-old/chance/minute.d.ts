import { type Coverage, type Where } from '@plimsoll/contracts';
import { z } from 'zod';
/** Events of one key within one minute of event time, by how they were judged: what a coverage record says. */
export declare const Minute: z.ZodObject<{
    index: z.ZodNumber;
    application: z.ZodString;
    workload: z.ZodString;
    container: z.ZodString;
    stream: z.ZodString;
    key: z.ZodString;
    version: z.ZodString;
    normal: z.ZodNumber;
    anomalous: z.ZodNumber;
    warming: z.ZodNumber;
    gap: z.ZodNumber;
}, z.core.$strip>;
export type Minute = z.infer<typeof Minute>;
type Timed = Where & {
    readonly stream: string;
    readonly key: string;
    readonly timeUs: number;
};
/** The minute that an event falls in, and the record of the one before it, where that ended and held anything. */
export declare function turnMinute(minute: Minute | undefined, input: Timed, version: string, detector: string): {
    minute: Minute;
    closed: Coverage[];
};
export {};
//# sourceMappingURL=minute.d.ts.map