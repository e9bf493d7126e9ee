import type { AttackPath } from '@plimsoll/contracts';
import type { FusionConfig } from './fusion-config.js';
import type { Signal } from './signal.js';
/**
 * What was told apart within one epoch (a `gapUs` of event time) and path: findings, and the principals of each.
 * An attacker chooses both, so both are bounded: of the findings those with the smallest hash keep their name, the
 * others become 'other findings'; a finding of too many principals becomes one of 'many'. Either way nothing is lost,
 * it is only told apart less, and the outcome depends on the set of verdicts, not on who came first.
 */
export interface Family {
    /** `hash|level|detector|finding`, the smallest first. */
    names: string[];
    /** By name: who showed it, sorted; more than allowed means 'many'. */
    principals: Record<string, string[]>;
}
/** How a signal is called in its epoch. */
export interface Naming {
    readonly finding: string;
    readonly principal: string;
}
/** What changed for signals taken earlier in the same epoch and path: atoms with old names must take new ones. */
export interface Renaming {
    readonly naming: Naming;
    readonly changed: boolean;
}
export type Families = Map<string, Family>;
export declare function familyKey(epoch: number, path: AttackPath): string;
/** Takes the signal's names in, and says how it is called. */
export declare function admit(families: Families, epoch: number, signal: Signal, config: FusionConfig): Renaming;
/** How signals of this kind are called, given everything that the epoch has shown so far. */
export declare function naming(families: Families, epoch: number, kind: Pick<Signal, 'path' | 'level' | 'detector' | 'finding' | 'principal'>, config: FusionConfig): Naming;
//# sourceMappingURL=families.d.ts.map