import type { AttackPath, SqlStatement } from '@plimsoll/contracts';
import type { ChanceTable } from '../chance/chance-table.js';
import { type Clue } from '../chance/clue.js';
import type { SqlState } from './sql-state.js';
/**
 * A statement against those that its workload learned. What an application combines freely (columns of a select, of an
 * update, lists) is folded in the outline; an injected piece changes what follows a literal, and so leaves the outline of
 * a learned statement half way. A client of another kind (a backup, a console) begins differently, and is not mistaken
 * for an injection.
 */
export interface SqlJudgement {
    readonly path: AttackPath;
    readonly finding: string;
    /** Nats; 0 where the statement is as learned. */
    readonly score: number;
    readonly clues: readonly Clue[];
    readonly known: boolean;
}
export declare function learnStatement(table: ChanceTable, event: SqlStatement): void;
export declare function judgeStatement(table: ChanceTable, event: SqlStatement, state: SqlState): SqlJudgement;
//# sourceMappingURL=sql-judge.d.ts.map