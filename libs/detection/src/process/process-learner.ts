import type { ProcessActivity } from '@plimsoll/contracts';
import { z } from 'zod';

import { noveltyIn, SmoothedCounts, SmoothedCountsData } from '../scoring/smoothed-counts.js';
import { BenignScores, HELD_SCORES } from '../events/benign-scores.js';
import { eventLearner, LEARNED_COUNTS, type Gathering } from '../events/event-learner.js';
import { Count } from '../learning/snapshot.js';
import { PROCESS } from './process-detector.js';
import { learnActivity } from './process-facts.js';
import { scoreActivity } from './process-scorer.js';
import type { ProcessModelData } from './process-model.js';

const { learned, gaps, streams } = LEARNED_COUNTS;
const Held = z.object({
  table: SmoothedCountsData,
  learned,
  /** Minutes of sources that show no parameters. */
  unseen: Count,
  gaps,
  streams,
  ...HELD_SCORES,
});
type Held = z.infer<typeof Held>;

/**
 * Learns what a workload's programs do. A workload of which nothing but watched minutes was seen has a profile too: its
 * first program is then scored by what is dangerous anywhere. Memory: the counts of `SmoothedCounts`, and one number an
 * event calibrated on.
 */
export const processLearner = eventLearner<ProcessActivity, SmoothedCounts, Held>({
  detector: PROCESS,
  snapshot: 1,
  held: Held,
  events: 'process events',
  least: { learned: 1, calibrated: 1 },
  completeNovelty: 0.02,
  gather: gatherActivities,
});

function gatherActivities(lent?: SmoothedCounts): Gathering<ProcessActivity, SmoothedCounts, Held> {
  const table = lent ?? new SmoothedCounts();
  const scores = new BenignScores();
  let unseen = 0;
  return {
    learn(event) {
      if (event.parameters === false) {
        unseen += 1;
        return false;
      }
      learnActivity(table, event);
      return true;
    },
    calibrate(event) {
      if (event.parameters !== false) scores.add(event, scoreActivity(table, event).score);
    },
    calibrated: () => scores.count,
    novelty: () => noveltyIn(table, ['kind', 'command', 'file', 'connect']),
    lend: () => table,
    held: ({ learned, gaps, streams }) => ({
      table: lent ? [] : table.data(),
      learned,
      unseen,
      gaps,
      streams,
      ...scores.held(),
    }),
    merge(held) {
      table.merge(held.table);
      unseen += held.unseen;
      scores.merge(held);
      return held;
    },
    model: (): ProcessModelData => ({
      kind: 'process/1',
      table: table.data(),
      calibration: scores.calibration(),
      eventsPerDay: scores.perDay(),
    }),
    advice: () => (unseen > 0 ? "its source does not show calls' parameters" : 'trace it for longer'),
  };
}
