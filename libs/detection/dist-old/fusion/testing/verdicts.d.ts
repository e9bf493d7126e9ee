import { type Coverage, type Verdict } from '@plimsoll/contracts';
/** A second of event time, from a round start. */
export declare const SECOND = 1000000;
export declare const T0: number;
export declare const APPLICATION = "shop";
/** An anomalous verdict of the log level at `second`, to be altered. */
export declare function verdictAt(second: number, change?: Partial<Verdict>): Verdict;
/** An anomalous window of system calls that ends at `second`: no path, nobody's name. */
export declare function windowAt(second: number, change?: Partial<Verdict>): Verdict;
/** A minute in which a level of a container judged `windows`. */
export declare function coverageAt(second: number, change?: Partial<Coverage>): Coverage;
//# sourceMappingURL=verdicts.d.ts.map