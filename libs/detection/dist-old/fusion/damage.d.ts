import type { Verdict } from '@plimsoll/contracts';
/** What signals say an incident did. Adding and merging do not depend on the order. */
export interface Damage {
    /** Highest severity of what was seen to happen; 0 where nothing was. */
    seen: number;
    /** Highest severity among estimates. */
    estimated: number;
    /** Columns that were written, over all statements. */
    columns: string[];
}
export declare function noDamage(): Damage;
export declare function addDamage(damage: Damage, severity: number, impact: Verdict['impact']): void;
export declare function mergeDamage(damage: Damage, other: Damage): void;
/**
 * Severity 1–6 of an incident. What was seen to happen counts, and an estimate only where nothing was. An attack that
 * alters one field with each request has altered all of them together: 6 is six columns or more.
 */
export declare function severityOf({ seen, estimated, columns }: Damage): number;
//# sourceMappingURL=damage.d.ts.map