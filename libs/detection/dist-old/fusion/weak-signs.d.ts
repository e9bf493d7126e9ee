import type { Atom } from './atom.js';
import type { FusionConfig } from './fusion-config.js';
/** The combined p-value at which signs too weak for each level alone make an incident: one test a minute. */
export declare function weakThreshold(config: FusionConfig): number;
/**
 * Whether the atoms of one incident, none of them anomalous in itself, are strange together within one minute: the
 * harmonic mean of their p-values, over as many windows as the levels judge in a minute (the others counted as
 * entirely ordinary), reaches the threshold. It can only become true as signals are added, never false again.
 */
export declare function strangeTogether(atoms: readonly Atom[], config: FusionConfig): boolean;
/** The budget of each level and of weak signs together, so that their sum is what the user allows. */
export declare function budgetShares(falseAlertsPerDay: number, levels: number, weakShare: number): {
    readonly perLevel: number;
    readonly weak: number;
};
//# sourceMappingURL=weak-signs.d.ts.map