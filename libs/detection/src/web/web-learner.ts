import type { WebRequest } from '@plimsoll/contracts';
import { z } from 'zod';

import { noveltyIn, SmoothedCounts, SmoothedCountsData } from '../scoring/smoothed-counts.js';
import { BenignScores, HELD_SCORES } from '../events/benign-scores.js';
import { eventLearner, LEARNED_COUNTS, type Gathering } from '../events/event-learner.js';
import { endpointOf } from './web-contexts.js';
import { WEB } from './web-detector.js';
import { scoreRequest, learnRequest } from './web-scorer.js';
import type { WebModelData } from './web-model.js';
import { startWebState, WebState } from './web-state.js';

const MIN_CALIBRATED = 10;
/** Sessions followed at once; the one longest silent goes first. */
const MAX_SESSIONS = 16_384;
const VIEWS = ['exchange', 'line'] as const;

const HeldView = z.object({ runs: HELD_SCORES.runs, spans: HELD_SCORES.spans, count: HELD_SCORES.calibrated });
const Held = z.object({
  table: SmoothedCountsData,
  ...LEARNED_COUNTS,
  sessions: z.array(z.tuple([z.string(), WebState])),
  calibrating: z.boolean(),
  views: z.object({ exchange: HeldView, line: HeldView }),
});
type Held = z.infer<typeof Held>;

/** Learns how a workload is asked. Memory: the counts of `SmoothedCounts`, the sessions, and one number a request calibrated on. */
export const webLearner = eventLearner<WebRequest, SmoothedCounts, Held>({
  detector: WEB,
  snapshot: 2,
  held: Held,
  events: 'web requests',
  least: { learned: 20, calibrated: MIN_CALIBRATED },
  completeNovelty: 0.02,
  gather: gatherRequests,
});

function gatherRequests(lent?: SmoothedCounts): Gathering<WebRequest, SmoothedCounts, Held> {
  const table = lent ?? new SmoothedCounts();
  const views = { exchange: new BenignScores(), line: new BenignScores() };
  const sessions = new Map<string, WebState>();
  let calibrating = false;
  return {
    learn(event) {
      learnRequest(table, event, sessionOf(sessions, event));
      table.add(`endpoint|${event.view}`, endpointOf(event));
      return true;
    },
    calibrate(event) {
      if (!calibrating) sessions.clear();
      calibrating = true;
      views[event.view].add(event, scoreRequest(table, event, sessionOf(sessions, event)).score);
    },
    calibrated: () => views.exchange.count + views.line.count,
    novelty: () =>
      noveltyIn(
        table,
        VIEWS.map((view) => `endpoint|${view}`),
      ),
    lend: () => table,
    held: (counts) => ({
      table: lent ? [] : table.data(),
      ...counts,
      sessions: [...sessions],
      calibrating,
      views: { exchange: heldView(views.exchange), line: heldView(views.line) },
    }),
    merge(held) {
      table.merge(held.table);
      calibrating ||= held.calibrating;
      for (const [key, state] of held.sessions) sessions.set(key, state);
      for (const view of VIEWS) {
        const { runs, spans, count } = held.views[view];
        views[view].merge({ runs, spans, calibrated: count });
      }
      return held;
    },
    model: (): WebModelData => ({
      kind: 'web/2',
      table: table.data(),
      views: { ...viewData('exchange', views.exchange), ...viewData('line', views.line) },
    }),
  };
}

/** What is remembered of the request's session, which is now the one seen last. */
function sessionOf(sessions: Map<string, WebState>, event: WebRequest): WebState {
  const key = `${event.stream} ${event.key}`;
  const state = sessions.get(key) ?? startWebState();
  sessions.delete(key);
  sessions.set(key, state);
  if (sessions.size > MAX_SESSIONS) {
    const oldest = sessions.keys().next();
    if (!oldest.done) sessions.delete(oldest.value);
  }
  return state;
}

function heldView(scores: BenignScores): z.infer<typeof HeldView> {
  const { runs, spans, calibrated } = scores.held();
  return { runs, spans, count: calibrated };
}

/** A view of which too little was seen is left out. */
function viewData(view: (typeof VIEWS)[number], scores: BenignScores): WebModelData['views'] {
  if (scores.count < MIN_CALIBRATED) return {};
  return { [view]: { calibration: scores.calibration(), requestsPerDay: scores.perDay() } };
}
