import type { K8sAuditEvent } from '@plimsoll/contracts';
import type { Learned } from './model.js';
import { type Contribution, type K8sState } from './state.js';
/** What one request adds. */
export interface Judgement {
    /** Surprise of this user as of now, in nats: gathered novelty and facts, and the strangest burst. Higher is stranger. */
    readonly score: number;
    /** What this request itself brought; none where it was unremarkable. */
    readonly contributions: readonly Contribution[];
}
/**
 * Judges one request, altering `state`. Three sums of nats, each about exponential for benign requests:
 * novelty (how rare are its action, namespace, object, answer, binding and source for this identity, less what a
 * request of that risk must bring), facts (what it grants, lets run or betrays, by rarity and stake), and bursts. The
 * first two gather over requests and fade; the same thing counts once. Cost: a dozen look-ups.
 */
export declare function judge(event: K8sAuditEvent, state: K8sState, learned: Learned): Judgement;
//# sourceMappingURL=judge.d.ts.map