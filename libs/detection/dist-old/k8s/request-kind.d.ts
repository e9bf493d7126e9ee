import type { K8sAuditEvent } from '@plimsoll/contracts';
export type RequestRisk = 'read' | 'review' | 'write' | 'delete' | 'workload-write' | 'secret-read' | 'secret-write' | 'rbac-read' | 'rbac-write' | 'control-write' | 'system-write' | 'connect' | 'mint' | 'public';
/**
 * What is asked, without the object: `patch apps/deployments`, `connect /pods/exec`, `get /metrics`. A watch is a list
 * that stays: informers do both, so they are one; exec and its kin come as get or create by the client's protocol.
 */
export declare function actionOf(event: K8sAuditEvent): string;
/** What an intruder could gain by such a request: what a user of Kubernetes would fear, whoever asks. */
export declare function riskOf(event: K8sAuditEvent): RequestRisk;
/**
 * The answer as far as it tells about the asker. What is absent, in conflict or failed tells about the cluster: names
 * are learned by themselves, and every controller meets both.
 */
export type Outcome = 'answered' | 'denied' | 'unauthenticated';
export declare function outcomeOf(event: K8sAuditEvent): Outcome;
/** Whether the request did what it asked. A status of 0 was not logged: then it is taken to have. */
export declare function succeeded(event: K8sAuditEvent): boolean;
/**
 * How many nats of surprise such a request must bring before it counts: minus the logarithm of how often an intruder's
 * requests are of this kind, roughly. Reading what is public tells little however new it is; a first secret, exec or
 * token tells much. Chosen from what the requests can do, before any score was seen.
 */
export declare const COST_NATS: Readonly<Record<RequestRisk, number>>;
/** A refusal is dearer to honest clients than to intruders, who find out what they may by asking. */
export declare const COST_DENIED_NATS = 5;
/** Requests of nobody in particular. */
export declare const COST_ANONYMOUS_NATS = 3;
//# sourceMappingURL=request-kind.d.ts.map