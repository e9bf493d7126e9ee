import { type AttackPath } from '@plimsoll/contracts';
import { type Atom } from './atom.js';
import type { FusionConfig } from './fusion-config.js';
import type { Sum } from './aggregate.js';
/** The settled part of an incident that has gone on for longer than anything can still arrive late. */
export interface Carry {
    readonly id: string;
    readonly kind: GroupKind;
    readonly firstBucket: number;
    /** The last bucket of a core atom, and of any. */
    lastCoreBucket: number;
    lastBucket: number;
    lastCoreUs: number;
    qualified: boolean;
    sum: Sum;
}
/** What an incident is about, and by whom: with its first time this is its identity. */
export interface GroupKind {
    readonly path: AttackPath;
    readonly by: 'principal' | 'many' | 'workload';
    /** The principal, the finding that many share, or the workload. */
    readonly name: string;
}
/** Atoms that make one incident. */
export interface Group {
    readonly id: string;
    readonly kind: GroupKind;
    readonly carries: readonly Carry[];
    readonly firstBucket: number;
    lastCoreBucket: number;
    lastBucket: number;
    readonly atoms: Atom[];
}
/**
 * Puts atoms together into incidents: a pure function of atoms and settled parts, whatever their order.
 *
 * Identity first, time second. (1) Findings with a known path and principal form the cores: one incident for each
 * path and principal, until nothing comes for `gapUs`. (2) Findings with a path but nobody's name (an SQL statement)
 * join a core by a shared request, connection or thread, or one of the same path that overlaps in time; else they are
 * cores by workload. (3) Findings of a principal without a path join a core of the same principal, or one by identity
 * or time. (4) What has neither (windows of system calls) joins any core by identity or time: it supports that
 * incident and never bridges two. What is left forms incidents by workload.
 */
export declare function groupAtoms(application: string, atoms: readonly Atom[], carries: readonly Carry[], config: FusionConfig): Group[];
/** What an incident is about that has this atom at its core. */
export declare function kindOf(atom: Atom): GroupKind;
/**
 * The times of a sum, outward to whole seconds: what grouping compares. Finer steps would change what belongs together
 * with every signal, and the grouping would have to be done anew for each.
 */
export declare function secondsOf(sum: Pick<Sum, 'firstUs' | 'lastUs'>): {
    firstUs: number;
    lastUs: number;
};
//# sourceMappingURL=grouping.d.ts.map