import { type Gap, type Level, type Verdict, type VerdictMessage, type VerdictState } from '@plimsoll/contracts';
import { type WindowState } from './window-state.js';
/** A normal window whose p-value is at or under this is published too: fusion may add up what no level alone shows. */
export declare const WEAK_P_VALUE = 0.02;
/** What a detector found in one window. */
export interface Finding {
    readonly state: VerdictState;
    readonly pValue: number;
    readonly score: number;
    readonly severity: number;
    readonly impact?: Verdict['impact'];
    readonly path: Verdict['path'];
    readonly finding: string;
    readonly techniques: string[];
    readonly evidence: Verdict['evidence'];
    readonly joins: Verdict['joins'];
}
export declare const UNJUDGED: Omit<Finding, 'state'>;
export interface EmitterOptions {
    readonly detector: string;
    readonly level: Level;
    /** `every` publishes normal windows one by one: for evaluation. Default `remarkable`. */
    readonly publish: 'remarkable' | 'every';
}
/** Turns the findings of one `step` into messages, and counts the rest for coverage. */
export declare class Emitter {
    #private;
    readonly messages: VerdictMessage[];
    constructor(options: EmitterOptions, state: WindowState, profileVersion: string);
    /** The open window was judged. */
    window(finding: Finding): void;
    /** The open window, if any, was lost to `gap`. */
    gap(gap: Gap): void;
    /** Sends the coverage that is pending. */
    flush(): void;
}
//# sourceMappingURL=emitter.d.ts.map