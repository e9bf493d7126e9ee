import type { AttackPath, WebRequest } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
import { type WebState } from './web-state.js';
/** A request judged: the likeliest attack, how much speaks for it, and the clues. */
export interface WebJudgement {
    readonly path: AttackPath;
    /** A stable word for what was found. */
    readonly finding: string;
    /** Log-likelihood ratio against benign use, nats; 0 where nothing speaks for an attack. */
    readonly score: number;
    readonly clues: readonly Clue[];
    readonly changes: boolean;
}
/** The finding of a request that a script made by itself. */
export declare const SCRIPT_ACTED = "script-acted";
/** Takes a benign request into the counts, then into its session's memory. */
export declare function learnRequest(table: ChanceTable, event: WebRequest, state: WebState): void;
/** Judges a request against the counts and what its session did; alters `state` alone. */
export declare function judgeRequest(table: ChanceTable, event: WebRequest, state: WebState): WebJudgement;
//# sourceMappingURL=web-judge.d.ts.map