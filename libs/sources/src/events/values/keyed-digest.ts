import { createHmac } from 'node:crypto';

import { Generations } from '../../bytes/generations.js';
import { ownedText } from '../../bytes/owned-text.js';

/** Names of late that are kept, of values up to this length. */
const MOST = 16_384;
const MAX_LENGTH = 256;

/**
 * Turns values into names for them: equal for equal values, meaningless without the key (HMAC-SHA-256, cut to 64 bits).
 * State: the names of the latest 16,384 values of at most 256 characters, by purpose.
 */
export class KeyedDigest {
  readonly #key: string | Uint8Array;
  readonly #known = new Map<string, Generations<string, string>>();

  /** `key` stays on the host; every collector of one application needs the same one if its sessions move between them. */
  constructor(key: string | Uint8Array) {
    this.#key = key;
  }

  /** 16 hex digits. `purpose`, a word of the program's own, keeps a session's name from being looked up among the names of values. */
  of(purpose: string, value: string): string {
    if (value.length > MAX_LENGTH) return this.#made(purpose, value);
    let known = this.#known.get(purpose);
    if (known === undefined) this.#known.set(purpose, (known = new Generations(MOST)));
    let name = known.get(value);
    if (name === undefined) known.set(ownedText(value), (name = this.#made(purpose, value)));
    return name;
  }

  #made(purpose: string, value: string): string {
    return createHmac('sha256', this.#key).update(purpose).update('\0').update(value).digest('hex').slice(0, 16);
  }
}
