import { z } from 'zod';
/** What one connection is remembered by: how many of its statements were learned ones, and the open minute. Under 1 KiB. */
export declare const SqlState: z.ZodObject<{
    known: z.ZodNumber;
    unknown: z.ZodNumber;
    minute: z.ZodOptional<z.ZodObject<{
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
    }, z.core.$strip>>;
}, z.core.$strip>;
export type SqlState = z.infer<typeof SqlState>;
export declare function startSqlState(): SqlState;
export declare function encodeSqlState(state: SqlState): Uint8Array;
export declare function decodeSqlState(bytes: Uint8Array): SqlState;
//# sourceMappingURL=sql-state.d.ts.map