import { RecentMap } from '../../bytes/recent-map.js';
import type { KeyedDigest } from '../values/keyed-digest.js';
import type { SessionName } from './session-key.js';

/** New names that may come at once, and that are granted a second of event time after them. */
const BURST = 10_000;
const GRANTED_PER_S = 20;
/** Names that are known, those of the latest requests. */
const KNOWN = 20_000;

/**
 * Bounds what clients name: each session has a state downstream, and a client may show a fresh cookie or User-Agent with
 * every request. Beyond what a source is granted, a new session joins one of 256 crowds, and is judged with them; those
 * that are known keep their own. Depends on event times alone. State: `KNOWN` names, some 3 MB.
 */
export class SessionNames {
  readonly #digest: KeyedDigest;
  readonly #known = new RecentMap<string, true>(KNOWN);
  #grants = BURST;
  #lastUs = -Infinity;

  constructor(digest: KeyedDigest) {
    this.#digest = digest;
  }

  bounded(name: SessionName, timeUs: number): SessionName {
    const elapsedS = Math.max(0, timeUs - this.#lastUs) / 1_000_000;
    this.#lastUs = Math.max(this.#lastUs, timeUs);
    this.#grants = Math.min(BURST, this.#grants + elapsedS * GRANTED_PER_S);
    const { session } = name;
    if (this.#known.get(session) === undefined) {
      if (this.#grants < 1) return { ...name, session: this.#digest.of('crowd', session.slice(0, 2)), by: 'crowd' };
      this.#grants -= 1;
    }
    this.#known.set(session, true);
    return name;
  }
}
