import { type Evidence, type WebRequest } from '@plimsoll/contracts';
import { z } from 'zod';
/** A response that carried a script which did not belong to its page. */
declare const Delivery: z.ZodObject<{
    event: z.ZodString;
    timeUs: z.ZodNumber;
    path: z.ZodString;
    nats: z.ZodNumber;
    parameter: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type Delivery = z.infer<typeof Delivery>;
/**
 * What one session is remembered by: its last visit, how its client usually fills the headers that tell where a request
 * comes from, and scripts that it was served. Under 4 KiB.
 */
export declare const WebState: z.ZodObject<{
    previous: z.ZodOptional<z.ZodObject<{
        endpoint: z.ZodString;
        path: z.ZodString;
        timeUs: z.ZodNumber;
        event: z.ZodString;
    }, z.core.$strip>>;
    referer: z.ZodObject<{
        sent: z.ZodNumber;
        missing: z.ZodNumber;
    }, z.core.$strip>;
    fetchSite: z.ZodObject<{
        sent: z.ZodNumber;
        missing: z.ZodNumber;
    }, z.core.$strip>;
    origin: z.ZodObject<{
        sent: z.ZodNumber;
        missing: z.ZodNumber;
    }, z.core.$strip>;
    deliveries: z.ZodArray<z.ZodObject<{
        event: z.ZodString;
        timeUs: z.ZodNumber;
        path: z.ZodString;
        nats: z.ZodNumber;
        parameter: z.ZodOptional<z.ZodString>;
    }, z.core.$strip>>;
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
export type WebState = z.infer<typeof WebState>;
/** What a script does by itself, it does soon: later writes are the user's. */
export declare const DELIVERY_SPAN_US = 15000000;
export declare function startWebState(): WebState;
/** A client's habit with one header, as far as the session has shown it. */
export declare function habit(header: {
    readonly sent: number;
    readonly missing: number;
}): 'sends' | 'omits' | 'unknown';
/** Takes a judged request into the session's memory. */
export declare function rememberVisit(state: WebState, event: WebRequest, endpoint: string, delivery: Delivery | undefined): void;
/** Methods that are there to change something. */
export declare function isUnsafe(method: string): boolean;
export declare function encodeWebState(state: WebState): Uint8Array;
export declare function decodeWebState(bytes: Uint8Array): WebState;
/** An observation about an event, in words. */
export declare function seen(event: {
    readonly id: string;
    readonly timeUs: number;
}, kind: string, observed: string, expected: string, score: number): Evidence;
export {};
//# sourceMappingURL=web-state.d.ts.map