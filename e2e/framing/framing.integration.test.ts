import { describe, expect, it } from 'vitest';

import { framingRun } from './framing-run.js';
import { FRAMING_SERVERS } from './traced-server.js';

/** Sent to each server; docs/reports/framing.md has the long form. */
const REQUESTS = 80;
const SEED = 7;

describe('a request is what the server took it for', () => {
  it.each(FRAMING_SERVERS)('%s', { timeout: 180_000 }, async (server) => {
    const { answered, equal, announced, inGaps, wrong, examples } = await framingRun(server, SEED, REQUESTS);
    expect(examples).toEqual([]);
    expect(wrong).toBe(0);
    expect(equal + announced + inGaps).toBe(answered);
    expect(equal).toBeGreaterThan(REQUESTS / 16);
  });
});
