import type { Unseen, WebRequest } from '@plimsoll/contracts';

import type { ChanceTable } from '../chance/chance-table.js';
import { nats, type Clue } from '../chance/clue.js';
import { seen } from './web-state.js';

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
/** Benign chance of each before anything is known, and its weight in requests. */
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

export function learnUnseen(table: ChanceTable, { view, unseen = [] }: WebRequest): void {
  if (view === 'line') return;
  table.add('unseen', 'request');
  for (const reason of unseen) table.add('unseen', reason);
}

/** Of several reasons the one that says most: they come together. */
export function unseenClues(table: ChanceTable, event: WebRequest): Clue[] {
  const learned = table.count('unseen', 'request');
  const clues = (event.unseen ?? []).map((reason): Clue => {
    const times = table.count('unseen', reason);
    const benign = (times + PRIOR * PRIOR_REQUESTS) / (learned + PRIOR_REQUESTS);
    const strength = nats(UNDER_ATTACK[reason], benign);
    return {
      path: 'unknown',
      nats: strength,
      evidence: seen(
        event,
        `unseen-${reason}`,
        `the request was not fully seen: ${WORDS[reason]}`,
        `so in ${times} of ${learned} learned requests`,
        strength,
      ),
    };
  });
  return clues.sort((a, b) => b.nats - a.nats).slice(0, 1);
}
