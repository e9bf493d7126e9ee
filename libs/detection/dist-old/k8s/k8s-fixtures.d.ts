import type { K8sAuditEvent } from '@plimsoll/contracts';
/** Changes that a test makes to an event; `at` is seconds after the fixtures' beginning. */
export type Changes = Omit<Partial<K8sAuditEvent>, 'user'> & {
    readonly at?: number;
    readonly who?: string;
};
/** An event of a service account in a pod that lists pods of its own namespace. */
export declare function event({ at, who, ...changes }?: Changes): K8sAuditEvent;
/** A quiet day of a small cluster, one request a second for each account, twenty minutes long. */
export declare function quietDay(offsetSeconds: number, minutes?: number): K8sAuditEvent[];
//# sourceMappingURL=k8s-fixtures.d.ts.map