import type { SqlStatement, Verdict } from '@plimsoll/contracts';

import { ChanceTable } from '../chance/chance-table.js';
import { thresholdOf, WEB_AND_SQL_SHARE } from '../chance/threshold.js';
import { eventDetector } from '../events/event-detector.js';
import { judgeStatement, type SqlJudgement } from './sql-judge.js';
import { openSqlModel, type SqlModel } from './sql-model.js';
import { rememberStatement, sqlStates, startSqlState, type SqlState } from './sql-state.js';

export const SQL = 'sql';

/** Judges the statements of one connection of a database. See docs/detection-web.md. */
export const sqlDetector = eventDetector<SqlStatement, SqlState, SqlModel, SqlJudgement>({
  name: SQL,
  level: 'log',

  prepare(profile, budget) {
    const data = openSqlModel(profile.model);
    return {
      version: profile.version,
      table: ChanceTable.of(data.table),
      calibration: data.calibration,
      threshold: thresholdOf(data.calibration, budget, data.statementsPerDay, WEB_AND_SQL_SHARE),
    };
  },

  start: startSqlState,
  beside: startSqlState,
  ...sqlStates,

  scale: (model) => model,

  judge(event, state, { table }) {
    const judged = judgeStatement(table, event, state);
    rememberStatement(state, judged.known);
    return judged;
  },

  tell: (event, judged) => ({
    ...damageOf(event, judged),
    cwe: judged.path === 'sqli' ? ['CWE-89'] : [],
    techniques: judged.path === 'sqli' ? ['T1190'] : [],
    joins: { connection: event.connection, ...(event.thread === undefined ? {} : { thread: event.thread }) },
  }),
});

/**
 * What the statement altered, by columns (as the paper counts impacted fields), or reached beyond its own tables. Of a
 * refused one and of any other read nothing is seen to happen: their severities are estimates.
 */
function damageOf(event: SqlStatement, judged: SqlJudgement): Pick<Verdict, 'severity' | 'impact'> {
  if (event.response?.kind === 'error') return { severity: 2 };
  const columns = event.columnsWritten;
  if (columns.length > 0) return { severity: Math.min(columns.length, 6), impact: { columns } };
  if (/^(?:delete|drop|truncate|alter|grant)$/.test(event.verb)) return { severity: 6, impact: { columns } };
  const reached = judged.clues.some(({ evidence }) =>
    /^(?:union|schema-table|file-access|stacked)$/.test(evidence.kind),
  );
  return reached ? { severity: 4, impact: { columns } } : { severity: 3 };
}
