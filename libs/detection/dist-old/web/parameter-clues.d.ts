import type { WebParameter, WebRequest } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
/** The clues of one parameter that speak for an attack. */
export interface ParameterClues {
    readonly parameter: WebParameter;
    readonly sql: readonly Clue[];
    readonly markup: readonly Clue[];
    /** Nats by which the value's form, signs and length depart from what the parameter held. */
    readonly shape: Clue;
}
export declare function learnParameters(table: ChanceTable, event: WebRequest): void;
export declare function parameterClues(table: ChanceTable, event: WebRequest): ParameterClues[];
export declare function describe({ where, name }: WebParameter): string;
//# sourceMappingURL=parameter-clues.d.ts.map