import type { Evidence, K8sAuditEvent } from '@plimsoll/contracts';
import { type Channel } from './burst-table.js';
import type { Learned } from './model.js';
import type { Surprise } from './novelty-table.js';
import type { Observation } from './observations.js';
import type { FactGroup } from './request-facts.js';
export declare function explainNovelty(event: K8sAuditEvent, parts: readonly {
    readonly observation: Observation;
    readonly surprise: Surprise;
}[], nats: number, learned: Learned): Evidence;
export declare function explainFact(event: K8sAuditEvent, group: FactGroup, fact: string, nats: number, learned: Learned): Evidence;
export declare function explainBurst(event: K8sAuditEvent, channel: Channel, size: number, usual: {
    readonly mean: number;
    readonly bursts: number;
    readonly nats: number;
}): Evidence;
//# sourceMappingURL=explain.d.ts.map