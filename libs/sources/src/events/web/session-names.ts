import { RecentMap } from '../../bytes/recent-map.js';
import { TokenBucket } from '../../bytes/token-bucket.js';
import type { KeyedDigest } from '../values/keyed-digest.js';
import type { SessionName } from './session-key.js';

/** New names that may come at once, and that are granted a second of event time after them. */
const BURST = 10_000;
const GRANTED_PER_S = 20;
/** Names that are known, those of the latest requests. */
const KNOWN = 20_000;

/**
 * Bounds what clients name: each session has a state downstream, and a client may show a fresh cookie or User-Agent with
 * every request. Beyond what a source is granted, a new session joins one of 256 crowds, and is scored with them; those
 * that are known keep their own. Depends on event times alone. State: `KNOWN` names, some 3 MB.
 */
export class SessionNames {
  readonly #digest: KeyedDigest;
  readonly #known = new RecentMap<string, true>(KNOWN);
  readonly #grants = new TokenBucket(BURST, GRANTED_PER_S);

  constructor(digest: KeyedDigest) {
    this.#digest = digest;
  }

  bounded(name: SessionName, timeUs: number): SessionName {
    const { session } = name;
    if (this.#known.get(session) === undefined && !this.#grants.take(timeUs)) {
      return { ...name, session: this.#digest.of('crowd', session.slice(0, 2)), by: 'crowd' };
    }
    this.#known.set(session, true);
    return name;
  }
}
