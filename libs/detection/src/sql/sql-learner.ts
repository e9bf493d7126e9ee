import type { SqlStatement } from '@plimsoll/contracts';
import { z } from 'zod';

import { noveltyIn, SmoothedCounts, SmoothedCountsData } from '../scoring/smoothed-counts.js';
import { BenignScores, HELD_SCORES } from '../events/benign-scores.js';
import { eventLearner, LEARNED_COUNTS, type Gathering } from '../events/event-learner.js';
import { scoreStatement, learnStatement } from './sql-scorer.js';
import { SQL } from './sql-detector.js';
import type { SqlModelData } from './sql-model.js';
import { rememberStatement, SqlState, startSqlState } from './sql-state.js';

const MAX_CONNECTIONS = 65_536;

const Held = z.object({
  table: SmoothedCountsData,
  ...LEARNED_COUNTS,
  states: z.array(z.tuple([z.string(), SqlState])),
  ...HELD_SCORES,
});
type Held = z.infer<typeof Held>;

/** Learns what statements a workload's database is asked. Memory: the counts of `SmoothedCounts`, and one number a statement calibrated on. */
export const sqlLearner = eventLearner<SqlStatement, SmoothedCounts, Held>({
  detector: SQL,
  snapshot: 1,
  held: Held,
  events: 'SQL statements',
  least: { learned: 20, calibrated: 10 },
  completeNovelty: 0.01,
  gather: gatherStatements,
});

function gatherStatements(lent?: SmoothedCounts): Gathering<SqlStatement, SmoothedCounts, Held> {
  const table = lent ?? new SmoothedCounts();
  const states = new Map<string, SqlState>();
  const scores = new BenignScores();
  return {
    learn(event) {
      learnStatement(table, event);
      return true;
    },
    calibrate(event) {
      const key = `${event.stream} ${event.key}`;
      let state = states.get(key);
      if (state === undefined) {
        if (states.size >= MAX_CONNECTIONS) return;
        state = startSqlState();
        states.set(key, state);
      }
      const scored = scoreStatement(table, event, state);
      rememberStatement(state, scored.known);
      scores.add(event, scored.score);
    },
    calibrated: () => scores.count,
    advice: () =>
      'trace its database, or give a longer log; what a web server asks for a request is scored with the request',
    novelty: () => noveltyIn(table, ['outline']),
    lend: () => table,
    held: (counts) => ({ table: lent ? [] : table.data(), ...counts, states: [...states], ...scores.held() }),
    merge(held) {
      table.merge(held.table);
      for (const [key, state] of held.states) if (states.size < MAX_CONNECTIONS) states.set(key, state);
      scores.merge(held);
      return held;
    },
    model: (): SqlModelData => ({
      kind: 'sql/1',
      table: table.data(),
      calibration: scores.calibration(),
      statementsPerDay: scores.perDay(),
    }),
  };
}
