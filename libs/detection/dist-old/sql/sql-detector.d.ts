import { type LogGap, type SqlStatement } from '@plimsoll/contracts';
import type { Detector } from '../detector.js';
import { type SqlModel } from './sql-model.js';
import { type SqlState } from './sql-state.js';
export declare const SQL = "sql";
/** Judges the statements of one connection of a database. See docs/detection-web.md. */
export declare const sqlDetector: Detector<SqlStatement | LogGap, SqlState, SqlModel>;
//# sourceMappingURL=sql-detector.d.ts.map