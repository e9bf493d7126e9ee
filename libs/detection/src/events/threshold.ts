import type { AttackPath } from '@plimsoll/contracts';

import { pThreshold, pValue, scoreAt, type Calibration } from '../calibration/index.js';
import type { Budget } from '../detector.js';

/**
 * Scores are logarithms of likelihood ratios, which benign events exceed by x nats with a probability of at most e^-x as far
 * as the benign model is right (Ville 1939). However short and quiet the calibration was, fewer nats than the floor are
 * therefore no alarm; and whatever a tail fitted to a few hundred events says, more nats than the ceiling are one. Sums
 * of the logarithms of p-values, as audit events are scored by, are held to the same.
 */
export const FLOOR_NATS = 10;
export const CEILING_NATS = 14;

const SELDOM_BENIGN: ReadonlySet<AttackPath> = new Set(['xss', 'csrf', 'web-shell', 'ssrf', 'credential-guessing']);

/**
 * The ceiling by path. What speaks for a script, a forgery, an uploaded program, a fetch of an inner address or guessing is
 * seldom seen in benign use at all, so that more would only be lost; statements and values come close to an injection
 * every day.
 */
export function ceilingOf(path: AttackPath): number {
  return SELDOM_BENIGN.has(path) ? FLOOR_NATS : CEILING_NATS;
}

export interface Threshold {
  readonly score: number;
  readonly pValue: number;
}

/** Part of an application's budget that requests, and that statements, may spend: decision 0055. */
export const WEB_AND_SQL_SHARE = 0.15;

/** The score from which an event is anomalous under `share`, the detector's part of the budget. */
export function thresholdOf(calibration: Calibration, budget: Budget, eventsPerDay: number, share: number): Threshold {
  const allowed = pThreshold(calibration, { ...budget, windowsPerDay: eventsPerDay, share });
  const score = Math.min(Math.max(scoreAt(calibration, allowed), FLOOR_NATS), CEILING_NATS);
  return { score, pValue: pValue(calibration, score) };
}
