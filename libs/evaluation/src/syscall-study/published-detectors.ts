import { callNumber } from '@plimsoll/contracts';
import {
  ALWAYS,
  type Baseline,
  bosc,
  compositionDistance,
  eventRate,
  isolationForest,
  NEVER,
  stide,
  unseenCall,
} from '@plimsoll/detection';

import { WINDOW_CALLS } from './scoring.js';

/** What stands beside ours in every table of calls. */
export function publishedDetectors(): Baseline[] {
  return [
    ALWAYS,
    NEVER,
    eventRate(['accept', 'accept4'].map(callNumber)),
    unseenCall(WINDOW_CALLS),
    stide(2, 20),
    stide(6, 1_000),
    bosc(2, 100),
    bosc(2, 1_000),
    bosc(6, 1_000),
    compositionDistance(5_000),
    isolationForest(),
  ];
}
