import type { WebRequest } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
import { type WebState } from './web-state.js';
export declare function learnOrigin(table: ChanceTable, event: WebRequest, state: WebState): void;
/** Whether a request changes something: it did so itself, its method says so, or its path did so in learning. */
export declare function changes(table: ChanceTable, event: WebRequest): boolean;
export declare function originClues(table: ChanceTable, event: WebRequest, state: WebState): Clue[];
/** What the session did right before: pages that lead here, or others. Undefined where learning saw too little of the endpoint. */
export declare function leadClue(table: ChanceTable, event: WebRequest, state: WebState, whenNew: number, whenKnown: number): Clue | undefined;
//# sourceMappingURL=origin-clues.d.ts.map