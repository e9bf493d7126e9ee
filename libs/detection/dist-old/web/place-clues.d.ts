import type { WebRequest } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
export declare function learnPlace(table: ChanceTable, event: WebRequest): void;
/** A program that was not there in learning and answers now: in a folder of uploads, a web shell's first sign. */
export declare function placeClues(table: ChanceTable, event: WebRequest): Clue[];
//# sourceMappingURL=place-clues.d.ts.map