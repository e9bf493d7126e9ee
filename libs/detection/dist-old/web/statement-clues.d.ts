import type { WebRequest } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
export declare function learnStatements(table: ChanceTable, event: WebRequest): void;
/** The clue of the request's most telling statement; undefined where it sent none. */
export declare function statementClue(table: ChanceTable, event: WebRequest): Clue | undefined;
//# sourceMappingURL=statement-clues.d.ts.map