import type { AttackPath, Level } from '@plimsoll/contracts';
import { type Sum } from './aggregate.js';
import type { FusedEvidence } from './signal.js';
/** The principal of a finding that many share. */
export declare const MANY = "*";
/** What tells one atom from another, apart from its bucket. */
export interface AtomKind {
    readonly path: AttackPath;
    readonly level: Level;
    readonly detector: string;
    readonly finding: string;
    readonly workload: string;
    /** Empty where the verdicts name nobody, `*` for many. */
    readonly principal: string;
}
/** Signals of one kind within one bucket of event time: what incidents are put together from. */
export interface Atom extends AtomKind {
    readonly key: string;
    /** `[bucket * bucketUs, (bucket + 1) * bucketUs)` holds the times of its signals. */
    readonly bucket: number;
    /** What may overlap with other levels, in whole seconds, outward. */
    fromUs: number;
    toUs: number;
    links: string[];
    /** Identities of the verdicts in it, for recognising a repetition. */
    ids: Set<string>;
    sum: Sum;
    /** Evidence of anomalous verdicts that no alert has carried yet. */
    pending: FusedEvidence[];
    /** The incident that it was last found to belong to; several where atoms have been put together since. */
    incidents: string[];
}
export declare function atomKey(kind: AtomKind, bucket: number): string;
export declare function emptyAtom(kind: AtomKind, bucket: number): Atom;
/** Adds what `from` holds to `to`, after the finding of `from.sum` has been given the name that `to` has. */
export declare function absorbAtom(to: Atom, from: Atom, sum: Sum, evidencePerFinding: number): void;
/** Whether a link was new: only then can it change what belongs together. */
export declare function addLinks(atom: Atom, links: readonly string[]): boolean;
//# sourceMappingURL=atom.d.ts.map