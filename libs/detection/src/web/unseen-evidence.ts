import type { Unseen, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';

/**
 * A request that was not fully seen hides something or is of an unusual client. What a long upload or a cut trace does
 * (`bytes`) says little; what no browser and no library sends says much, where the workload's requests never did so.
 */
const UNDER_ATTACK: Readonly<Record<Unseen, number>> = {
  bytes: 0.05,
  coding: 0.05,
  origin: 0.1,
  parameters: 0.2,
  place: 0.2,
  framing: 0.3,
};
/** Benign probability of each before anything is known, and its weight in requests. */
const PRIOR = 0.002;
const PRIOR_REQUESTS = 200;

const WORDS: Readonly<Record<Unseen, string>> = {
  bytes: 'part of it is not in the trace',
  coding: 'its body is in a coding that not every server undoes',
  origin: 'nothing shows that it came through a socket',
  parameters: 'it has more parameters than are read',
  place: 'it may stand within the body of another request',
  framing: 'servers differ in where its body ends',
};

export function learnUnseen(table: SmoothedCounts, { view, unseen = [] }: WebRequest): void {
  if (view === 'line') return;
  table.add('unseen', 'request');
  for (const reason of unseen) table.add('unseen', reason);
}

/** Of several reasons the one that says most: they come together. */
export function unseenEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  if (event.unseen === undefined) return [];
  const learned = table.count('unseen', 'request');
  const observations = event.unseen.map((reason): WeightedEvidence => {
    const times = table.count('unseen', reason);
    const benign = (times + PRIOR * PRIOR_REQUESTS) / (learned + PRIOR_REQUESTS);
    const strength = logLikelihoodRatio(UNDER_ATTACK[reason], benign);
    return {
      path: 'unknown',
      weight: strength,
      evidence: evidenceOf(
        event,
        `unseen-${reason}`,
        `the request was not fully seen: ${WORDS[reason]}`,
        `so in ${times} of ${learned} learned requests`,
        strength,
      ),
    };
  });
  return observations.sort((a, b) => b.weight - a.weight).slice(0, 1);
}
