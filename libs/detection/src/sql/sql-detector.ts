import { identity, type LogGap, type SqlStatement, type Verdict } from '@plimsoll/contracts';

import { pValue } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import { countJudged, turnMinute } from '../chance/minute.js';
import { thresholdOf } from '../chance/threshold.js';
import type { Detector } from '../detector.js';
import { judgeStatement, type SqlJudgement } from './sql-judge.js';
import { openSqlModel, type SqlModel } from './sql-model.js';
import { decodeSqlState, encodeSqlState, startSqlState, type SqlState } from './sql-state.js';

export const SQL = 'sql';
const MAX_EVIDENCE = 8;
const UNLEARNED = 'none';

/** Judges the statements of one connection of a database. See docs/detection-web.md. */
export const sqlDetector: Detector<SqlStatement | LogGap, SqlState, SqlModel> = {
  name: SQL,
  level: 'log',

  prepare(profile, budget) {
    const data = openSqlModel(profile.model);
    return {
      version: profile.version,
      table: ChanceTable.of(data.table),
      calibration: data.calibration,
      threshold: thresholdOf(data.calibration, budget, data.statementsPerDay),
    };
  },

  start: startSqlState,
  beside: startSqlState,

  step(state, input, model) {
    const { minute, closed } = turnMinute(state.minute, input, model?.version ?? UNLEARNED, SQL);
    state.minute = minute;
    if (input.type === 'gap') {
      minute.gap += 1;
      return closed;
    }
    if (model === undefined) {
      minute.warming += 1;
      return closed;
    }
    const judged = judgeStatement(model.table, input, state);
    if (judged.known) state.known += 1;
    else state.unknown += 1;
    const anomalous = judged.score >= model.threshold.score;
    countJudged(minute, model.calibration, judged.score, anomalous);
    if (!anomalous) return closed;
    return [...closed, verdictOf(input, judged, model)];
  },

  encode: encodeSqlState,
  decode: decodeSqlState,
};

function verdictOf(event: SqlStatement, judged: SqlJudgement, model: SqlModel): Verdict {
  const { application, workload, container, stream, timeUs, endUs } = event;
  const clues = [...judged.clues].filter(({ nats }) => nats > 0).sort((a, b) => b.nats - a.nats);
  return {
    type: 'verdict',
    schema: 1,
    id: identity(SQL, model.version, container, stream, event.id, timeUs),
    application,
    workload,
    container,
    detector: SQL,
    level: 'log',
    profileVersion: model.version,
    stream,
    window: { startUs: timeUs, endUs: Math.max(endUs, timeUs + 1) },
    count: 1,
    state: 'anomalous',
    pValue: pValue(model.calibration, judged.score),
    score: judged.score,
    ...damageOf(event, judged),
    path: judged.path,
    finding: judged.finding,
    cwe: judged.path === 'sqli' ? ['CWE-89'] : [],
    techniques: judged.path === 'sqli' ? ['T1190'] : [],
    evidence: clues.slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
    joins: { connection: event.connection, ...(event.thread === undefined ? {} : { thread: event.thread }) },
  };
}

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
