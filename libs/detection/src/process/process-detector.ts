import { identity, type LogGap, type ProcessActivity, type RequestFacts, type Verdict } from '@plimsoll/contracts';

import { pValue } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import { countJudged, turnMinute } from '../chance/minute.js';
import { ceilingOf, thresholdOf } from '../chance/threshold.js';
import type { Detector } from '../detector.js';
import { whose } from '../whose.js';
import { judgeActivity, type ProcessJudgement } from './process-judge.js';
import { openProcessModel, PROCESS_SHARE, type ProcessModel } from './process-model.js';
import { decodeProcessState, encodeProcessState, startProcessState, type ProcessState } from './process-state.js';

export const PROCESS = 'process';
const MAX_EVIDENCE = 8;
const UNLEARNED = 'none';

/** Judges what the programs of one container do. See docs/detection-process.md. */
export const processDetector: Detector<ProcessActivity | LogGap, ProcessState, ProcessModel> = {
  name: PROCESS,
  level: PROCESS,

  prepare(profile, budget) {
    const data = openProcessModel(profile.model);
    return {
      version: profile.version,
      table: ChanceTable.of(data.table),
      calibration: data.calibration,
      threshold: thresholdOf(data.calibration, budget, data.eventsPerDay, PROCESS_SHARE),
    };
  },

  start: startProcessState,
  beside: startProcessState,

  step(state, input, model) {
    const { minute, closed } = turnMinute(state.minute, input, model?.version ?? UNLEARNED, PROCESS, PROCESS);
    state.minute = minute;
    if (input.type === 'gap') {
      minute.gap += 1;
      return closed;
    }
    if (input.kind === 'watched' && input.parameters === false) {
      minute.insufficient = (minute.insufficient ?? 0) + 1;
      return closed;
    }
    if (model === undefined) {
      minute.warming += 1;
      return closed;
    }
    const judged = judgeActivity(model.table, input);
    const anomalous = judged.score >= Math.min(model.threshold.score, ceilingOf(judged.path));
    countJudged(minute, model.calibration, judged.score, anomalous);
    return anomalous ? [...closed, verdictOf(input, judged, model)] : closed;
  },

  encode: encodeProcessState,
  decode: decodeProcessState,
};

function verdictOf(event: ProcessActivity, judged: ProcessJudgement, model: ProcessModel): Verdict {
  const { application, workload, container, stream, timeUs, request, thread } = event;
  const clues = [...judged.clues].filter(({ nats }) => nats > 0).sort((a, b) => b.nats - a.nats);
  return {
    type: 'verdict',
    schema: 1,
    id: identity(PROCESS, model.version, container, stream, event.id, timeUs),
    application,
    workload,
    container,
    detector: PROCESS,
    level: PROCESS,
    profileVersion: model.version,
    stream,
    window: { startUs: timeUs, endUs: timeUs + 1 },
    count: 1,
    state: 'anomalous',
    pValue: pValue(model.calibration, judged.score),
    score: judged.score,
    ...damageOf(event),
    path: judged.path,
    finding: judged.finding,
    cwe: [...judged.cwe],
    techniques: [...judged.techniques],
    evidence: clues.slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
    ...(request === undefined ? {} : { request: requestFacts(request, event.tainted?.parameter) }),
    joins: request === undefined ? { thread } : { ...whose(request), request: request.digest, thread },
  };
}

/** The page and the client that asked for it, for whoever reads the alert. */
function requestFacts(
  { method, path, status, client }: NonNullable<ProcessActivity['request']>,
  parameter: string | undefined,
): RequestFacts {
  return { method, path, status, ...(parameter === undefined ? {} : { parameter }), ...client };
}

/** A program that ran, and code that was written, are seen to have happened; what was read or reached for is an estimate. */
function damageOf({ kind, file }: ProcessActivity): Pick<Verdict, 'severity' | 'impact'> {
  if (kind === 'execute') return { severity: 5, impact: { columns: [] } };
  if (kind === 'open' && file?.writes === true) return { severity: 5, impact: { columns: [] } };
  return { severity: kind === 'privilege' ? 5 : 4 };
}
