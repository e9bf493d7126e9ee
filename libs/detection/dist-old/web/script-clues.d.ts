import type { WebRequest } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
import { type Delivery, type WebState } from './web-state.js';
export declare function learnScripts(table: ChanceTable, event: WebRequest): void;
/** The script of a response that least belongs to its page, or undefined where all of them do. */
export declare function deliveryOf(table: ChanceTable, event: WebRequest): Delivery | undefined;
/** The response serves what this very request sent, as a script. */
export declare function reflectedScriptClues(table: ChanceTable, event: WebRequest): Clue[];
/** Whether a write was made by a script that the session was served. */
export declare function firedClues(table: ChanceTable, event: WebRequest, state: WebState): Clue[];
//# sourceMappingURL=script-clues.d.ts.map