import type { SqlStatement, Verdict } from '@plimsoll/contracts';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { thresholdOf, WEB_AND_SQL_SHARE } from '../events/threshold.js';
import { eventDetector } from '../events/event-detector.js';
import { scoreStatement, type ScoredStatement } from './sql-scorer.js';
import { openSqlModel, type SqlModel } from './sql-model.js';
import { rememberStatement, sqlStates, startSqlState, type SqlState } from './sql-state.js';

export const SQL = 'sql';

/** Scores the statements of one connection of a database. See docs/detection-web.md. */
export const sqlDetector = eventDetector<SqlStatement, SqlState, SqlModel, ScoredStatement>({
  name: SQL,
  level: 'log',

  prepare(profile, budget) {
    const data = openSqlModel(profile.model);
    return {
      version: profile.version,
      table: SmoothedCounts.of(data.table),
      calibration: data.calibration,
      threshold: thresholdOf(data.calibration, budget, data.statementsPerDay, WEB_AND_SQL_SHARE),
    };
  },

  start: startSqlState,
  beside: startSqlState,
  ...sqlStates,

  scale: (model) => model,

  score(event, state, { table }) {
    const scored = scoreStatement(table, event, state);
    rememberStatement(state, scored.known);
    return scored;
  },

  tell: (event, scored) => ({
    ...damageOf(event, scored),
    cwe: scored.path === 'sqli' ? ['CWE-89'] : [],
    techniques: scored.path === 'sqli' ? ['T1190'] : [],
    joins: { connection: event.connection, ...(event.thread === undefined ? {} : { thread: event.thread }) },
  }),
});

/**
 * What the statement altered, by columns (as the paper counts impacted fields), or reached beyond its own tables. Of a
 * refused one and of any other read nothing is seen to happen: their severities are estimates.
 */
function damageOf(event: SqlStatement, scored: ScoredStatement): Pick<Verdict, 'severity' | 'impact'> {
  if (event.response?.kind === 'error') return { severity: 2 };
  const columns = event.columnsWritten;
  if (columns.length > 0) return { severity: Math.min(columns.length, 6), impact: { columns } };
  if (/^(?:delete|drop|truncate|alter|grant)$/.test(event.verb)) return { severity: 6, impact: { columns } };
  const reached = scored.observations.some(({ evidence }) =>
    /^(?:union|schema-table|file-access|stacked)$/.test(evidence.kind),
  );
  return reached ? { severity: 4, impact: { columns } } : { severity: 3 };
}
