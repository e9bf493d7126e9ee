import type { ProcessActivity, RequestFacts, Verdict } from '@plimsoll/contracts';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { thresholdOf } from '../events/threshold.js';
import { eventDetector } from '../events/event-detector.js';
import { whose } from '../events/whose.js';
import { scoreActivity, type ScoredActivity } from './process-scorer.js';
import { openProcessModel, PROCESS_SHARE, type ProcessModel } from './process-model.js';
import { processStates, startProcessState, type ProcessState } from './process-state.js';

export const PROCESS = 'process';

/** Scores what the programs of one container do. See docs/detection-process.md. */
export const processDetector = eventDetector<ProcessActivity, ProcessState, ProcessModel, ScoredActivity>({
  name: PROCESS,
  level: PROCESS,

  prepare(profile, budget) {
    const data = openProcessModel(profile.model);
    return {
      version: profile.version,
      table: SmoothedCounts.of(data.table),
      calibration: data.calibration,
      threshold: thresholdOf(data.calibration, budget, data.eventsPerDay, PROCESS_SHARE),
    };
  },

  start: startProcessState,
  beside: startProcessState,
  ...processStates,

  scale: (model) => model,
  score: (event, _, { table }) => scoreActivity(table, event),
  insufficient: ({ kind, parameters }) => kind === 'watched' && parameters === false,

  tell: (event, { cwe, techniques }) => ({
    ...damageOf(event),
    cwe: [...cwe],
    techniques: [...techniques],
    ...requestOf(event),
  }),
});

/** The page and the client that asked for it, for whoever reads the alert, and what joins it with their verdicts. */
function requestOf({ request, thread, tainted }: ProcessActivity): Pick<Verdict, 'request' | 'joins'> {
  if (request === undefined) return { joins: { thread } };
  const { method, path, status, client, digest } = request;
  const parameter = tainted?.parameter;
  const facts: RequestFacts = { method, path, status, ...(parameter === undefined ? {} : { parameter }), ...client };
  return { request: facts, joins: { ...whose(request), request: digest, thread } };
}

/** A program that ran, and code that was written, are seen to have happened; what was read or reached for is an estimate. */
function damageOf({ kind, file }: ProcessActivity): Pick<Verdict, 'severity' | 'impact'> {
  if (kind === 'execute') return { severity: 5, impact: { columns: [] } };
  if (kind === 'open' && file?.writes === true) return { severity: 5, impact: { columns: [] } };
  return { severity: kind === 'privilege' ? 5 : 4 };
}
