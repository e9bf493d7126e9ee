import type { AttackPath, Evidence } from '@plimsoll/contracts';
/**
 * One observation and what it says for an attack: the logarithm of how much likelier it is under the attack than in
 * benign use (nats). Clues of one path add up, as likelihood ratios of independent observations multiply; where two
 * clues tell of one fact, the weaker counts in part, and the caller says so.
 */
export interface Clue {
    readonly path: AttackPath;
    /** Positive speaks for the attack, negative against it. */
    readonly nats: number;
    readonly evidence: Evidence;
}
/** log(under attack / benign), bounded so that no single observation decides for ever. */
export declare function nats(underAttack: number, benign: number): number;
/** Of several clues that may tell of one fact, the one that says most, for or against; the others at `share` of their weight. */
export declare function overlapping<C extends {
    readonly nats: number;
}>(clues: readonly C[], share: number): C[];
export declare function sum(clues: readonly {
    readonly nats: number;
}[]): number;
//# sourceMappingURL=clue.d.ts.map