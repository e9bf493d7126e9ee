import { z } from 'zod';
/** Contributions kept for the evidence of the next verdict. */
export declare const MAX_RECENT = 12;
declare const Contribution: z.ZodObject<{
    finding: z.ZodString;
    nats: z.ZodNumber;
    evidence: z.ZodObject<{
        kind: z.ZodString;
        event: z.ZodString;
        timeUs: z.ZodNumber;
        observed: z.ZodString;
        expected: z.ZodString;
        score: z.ZodNumber;
    }, z.core.$strip>;
}, z.core.$strip>;
export type Contribution = z.infer<typeof Contribution>;
/**
 * What one user's key remembers: at most a few tens of kilobytes. Lists are oldest first and drop the oldest over their
 * limit; pairs take the place of maps so that the state is its own encoding.
 */
declare const StateData: z.ZodObject<{
    lastUs: z.ZodNumber;
    gathered: z.ZodNumber;
    harmless: z.ZodNumber;
    ordinary: z.ZodNumber;
    seen: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>;
    recent: z.ZodArray<z.ZodObject<{
        finding: z.ZodString;
        nats: z.ZodNumber;
        evidence: z.ZodObject<{
            kind: z.ZodString;
            event: z.ZodString;
            timeUs: z.ZodNumber;
            observed: z.ZodString;
            expected: z.ZodString;
            score: z.ZodNumber;
        }, z.core.$strip>;
    }, z.core.$strip>>;
    bursts: z.ZodArray<z.ZodObject<{
        channel: z.ZodEnum<{
            write: "write";
            delete: "delete";
            denied: "denied";
            secret: "secret";
            all: "all";
        }>;
        index: z.ZodNumber;
        size: z.ZodNumber;
    }, z.core.$strip>>;
    addresses: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodString], null>>;
    roles: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodArray<z.ZodString>], null>>;
    counted: z.ZodArray<z.ZodString>;
    minute: z.ZodObject<{
        index: z.ZodNumber;
        application: z.ZodString;
        workload: z.ZodString;
        container: z.ZodString;
        stream: z.ZodString;
        version: z.ZodString;
        normal: z.ZodNumber;
        anomalous: z.ZodNumber;
        warming: z.ZodNumber;
        gap: z.ZodNumber;
    }, z.core.$strip>;
}, z.core.$strip>;
export type K8sState = z.infer<typeof StateData>;
export declare function startState(): K8sState;
export declare function encodeState(state: K8sState): Uint8Array;
/** Throws `unknown-version` for a state that this release did not write, `bad-message` for one that is damaged. */
export declare function decodeState(bytes: Uint8Array): K8sState;
/** Whether `key` was remembered within `ttlUs`; remembers it now. */
export declare function remember(state: K8sState, key: string, timeUs: number, ttlUs: number): boolean;
/** Whether the request was judged before; it counts as judged now. */
export declare function alreadyCounted(state: K8sState, auditId: string): boolean;
/** The address that was known for a token or pod, where it is another than `address`; the newest stays known. */
export declare function otherAddress(state: K8sState, holder: string, address: string): string | undefined;
export declare function rememberRole(state: K8sState, role: string, powers: readonly string[]): void;
export declare function push<T>(items: T[], item: T, max: number): void;
export {};
//# sourceMappingURL=state.d.ts.map