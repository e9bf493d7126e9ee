import type { AttackPath, WebRequest } from '@plimsoll/contracts';

import { scoreAt, type Calibration } from '../calibration/index.js';
import { evidenceOf, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { OWN_PATHS } from './caught-session.js';
import { endpointOf } from './web-contexts.js';
import type { ScoredRequest } from './web-scorer.js';
import type { Leaning, WebState } from './web-state.js';

/**
 * Requests of one session that each end under the line, and speak for one attack: what each brings beyond what one benign
 * request in a thousand reaches adds up, as a cumulative sum does (Page 1954), and halves every ten minutes. One request
 * repeated counts once: a habit is no evidence each time.
 */
const EXCEEDED_BY = 1 / 1000;
/** The probability of so many nats in a benign request is this small however little was learned (Ville 1939), and enough beyond. */
const LEAST_NATS = 7;
const MOST_NATS = 9;
const HALF_LIFE_US = 600_000_000;
const MAX_KNOWN = 8;
const MAX_UNTOLD = 8;
const TOLD_AT_ONCE = 3;

/**
 * The request with what its session brought before it: the same, or one that reaches `threshold` and names the earlier
 * ones, three at a time. Alters `state`.
 */
export function withEarlier(
  scored: ScoredRequest,
  event: WebRequest,
  state: WebState,
  calibration: Calibration,
  threshold: number,
): ScoredRequest {
  const { path, score } = scored;
  const from = Math.min(Math.max(scoreAt(calibration, EXCEEDED_BY), LEAST_NATS), MOST_NATS);
  if (!OWN_PATHS.has(path) || score < from) return scored;
  const before = leaningOf(state, path, event.timeUs);
  const mark = markOf(scored, event);
  const repeated = before.known.includes(mark);
  const nats = before.nats + (repeated ? 0 : Math.min(score, threshold) - from);
  const reaches = score >= threshold || (!repeated && before.known.length > 0 && from + nats >= threshold);
  const untold = reaches
    ? before.untold.slice(0, -TOLD_AT_ONCE)
    : [...before.untold, { id: event.id, timeUs: event.timeUs, nats: score }];
  const known = repeated ? before.known : [...before.known, mark].slice(-MAX_KNOWN);
  const after: Leaning = { path, nats, timeUs: event.timeUs, known, untold: untold.slice(-MAX_UNTOLD) };
  state.leanings = [...state.leanings.filter((one) => one.path !== path), after];
  if (!reaches) return scored;
  const earlier = before.untold.slice(-TOLD_AT_ONCE).map((one) => earlierEvidence(one, path, event));
  return { ...scored, score: Math.max(score, threshold), observations: [...scored.observations, ...earlier] };
}

function leaningOf(state: WebState, path: AttackPath, timeUs: number): Leaning {
  const known = state.leanings.find((one) => one.path === path);
  if (known === undefined) return { path, nats: 0, timeUs, known: [], untold: [] };
  const passed = Math.max(timeUs - known.timeUs, 0) / HALF_LIFE_US;
  return passed > MAX_KNOWN
    ? { path, nats: 0, timeUs, known: [], untold: [] }
    : { ...known, nats: known.nats * 2 ** -passed };
}

/** What makes it another request than the one before: where it went, and the form of the value that told most. */
function markOf({ observations }: ScoredRequest, event: WebRequest): string {
  const strongest = [...observations]
    .sort((a, b) => b.weight - a.weight)
    .find(({ parameter }) => parameter !== undefined);
  const value = event.parameters.find(({ name }) => name === strongest?.parameter);
  const form = value === undefined ? '' : `${value.name.slice(0, 64)} ${value.length} ${value.shape.slice(0, 32)}`;
  return `${endpointOf(event).slice(0, 64)} ${form}`;
}

function earlierEvidence(one: Leaning['untold'][number], path: AttackPath, event: WebRequest): WeightedEvidence {
  const observed = `an earlier request of the same session that speaks for ${path}, ${Math.round((event.timeUs - one.timeUs) / 1_000_000)} s before`;
  const expected = 'one alone happens; several different ones in one session hardly do';
  return {
    path,
    weight: Math.min(one.nats, MOST_NATS),
    evidence: evidenceOf(one, 'earlier-request', observed, expected, one.nats),
  };
}
