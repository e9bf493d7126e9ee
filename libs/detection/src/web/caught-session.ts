import type { AttackPath, WebRequest } from '@plimsoll/contracts';

import { evidenceOf, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import type { WebState } from './web-state.js';

/** Paths whose requests are the attacker's own. Forged and scripted ones come out of the sessions of victims. */
export const OWN_PATHS: ReadonlySet<AttackPath> = new Set(['sqli', 'ssrf', 'path-traversal', 'web-shell']);

/**
 * How much likelier another attack is in a session that was caught at one: about every third of its requests in place of
 * one in a hundred thousand. It halves every ten minutes.
 */
const CAUGHT_NATS = 10;
const HALF_LIFE_US = 600_000_000;
/** Fewer nats than this every session reaches now and then. */
const LEAST_NATS = 3;

/** Remembers that the session's own request was told as an attack, whatever came before. Alters `state`. */
export function rememberCaught(state: WebState, event: WebRequest, path: AttackPath): void {
  if (OWN_PATHS.has(path) && isOnes(event)) state.caught = { path, timeUs: event.timeUs };
}

/** The session is one client's; what goes by an address may be many's. */
function isOnes({ sessionBy }: WebRequest): boolean {
  return sessionBy === 'cookie' || sessionBy === 'authorization';
}

/** What it says of a request that by itself speaks for an attack with `nats`; undefined where the session was not caught, or too little speaks. */
export function caughtEvidence(
  event: WebRequest,
  { caught }: WebState,
  path: AttackPath,
  nats: number,
): WeightedEvidence | undefined {
  if (caught === undefined || !isOnes(event) || !OWN_PATHS.has(path) || nats < LEAST_NATS) return undefined;
  const passedUs = Math.max(event.timeUs - caught.timeUs, 0);
  const weight = CAUGHT_NATS * 2 ** (-passedUs / HALF_LIFE_US);
  const observed = `the same session was caught at ${caught.path} ${Math.round(passedUs / 1_000_000)} s before`;
  const expected = 'whoever attacks goes on; others hardly begin';
  return { path, weight, evidence: evidenceOf(event, 'session-caught', observed, expected, weight) };
}
