import { type Coverage, type Level, type Verdict, type VerdictState } from '@plimsoll/contracts';
export declare const MINUTE_US: number;
/** Windows of one level whose end lies in one minute, by state: who watched, and who could not. */
export interface CoverageMinute {
    readonly level: Level;
    readonly minute: number;
    /** Records already counted, so that a repeated one is not counted again. */
    ids: string[];
    windows: Partial<Record<VerdictState, number>>;
}
export type CoverageByMinute = Map<string, CoverageMinute>;
/** Three levels for half a day; the oldest go first. */
export declare const MAX_COVERAGE_MINUTES = 2160;
/** Counts a coverage record, or a verdict that judged nothing remarkable. Answers whether it was new. */
export declare function addCoverage(coverage: CoverageByMinute, message: Coverage | Verdict): boolean;
/** Windows of a level from the minute of `firstUs` to the one after that of `lastUs`. */
export declare function coverageOf(coverage: CoverageByMinute, level: Level, firstUs: number, lastUs: number): Record<VerdictState, number>;
/** Forgets minutes before `untilUs`, and the oldest beyond the limit. */
export declare function pruneCoverage(coverage: CoverageByMinute, untilUs: number): void;
//# sourceMappingURL=coverage.d.ts.map