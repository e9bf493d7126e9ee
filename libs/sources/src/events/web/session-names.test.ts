import { describe, expect, it } from 'vitest';

import { KeyedDigest } from '../values/keyed-digest.js';
import { SessionNames } from './session-names.js';

const digest = new KeyedDigest('a key of the test');
const SECOND_US = 1_000_000;

describe('names of sessions', () => {
  it('stay few, however many a client makes up, and those that are known keep theirs', () => {
    const names = new SessionNames(digest);
    const named = (client: string, timeUs: number) =>
      names.bounded({ session: digest.of('client', client), by: 'client', cookie: undefined }, timeUs);
    const regular = named('a regular visitor', 0);
    const seen = new Set<string>();
    let crowded = 0;
    // An hour of 180 requests a second with a fresh User-Agent each, in a tenth of the length.
    for (let i = 0; i < 64_800; i += 1) {
      const { session, by } = named(`agent ${i}`, (i * SECOND_US) / 180);
      seen.add(session);
      if (by === 'crowd') crowded += 1;
      if (i % 1_000 === 0) expect(named('a regular visitor', (i * SECOND_US) / 180)).toEqual(regular);
    }
    // 10,000 at once, 20 for each of 360 seconds, and the crowds.
    expect(seen.size).toBeLessThanOrEqual(10_000 + 20 * 360 + 256);
    expect(crowded).toBeGreaterThan(47_000);
    expect(named('an hour later', 3_600 * SECOND_US).by).toBe('client');
  });
});
