import { createHmac } from 'node:crypto';

/** Turns values into names for them: equal for equal values, meaningless without the key (HMAC-SHA-256, cut to 64 bits). */
export class KeyedDigest {
  readonly #key: string | Uint8Array;

  /** `key` stays on the host; every collector of one application needs the same one if its sessions move between them. */
  constructor(key: string | Uint8Array) {
    this.#key = key;
  }

  /** 16 hex digits. `purpose` keeps a session's name from being looked up among the names of values. */
  of(purpose: string, value: string): string {
    return createHmac('sha256', this.#key).update(purpose).update('\0').update(value).digest('hex').slice(0, 16);
  }
}
