import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { hostEvidence, learnHost } from './host-evidence.js';
import { request } from './web.fixture.js';

const table = new SmoothedCounts();
for (let i = 0; i < 400; i++) learnHost(table, request({ atMs: i, host: i % 2 ? 'shop' : 'www.shop' }));
const post = { atMs: 1, method: 'POST', origin: 'same' } as const;

describe('the host that was asked for', () => {
  it('speaks where a page of a host that was never asked for sends a change', () => {
    const [observation] = hostEvidence(table, request({ ...post, host: 'rebound' }));
    expect(observation?.weight).toBeGreaterThan(5);
    expect(observation?.evidence.expected).toBe('400 learned requests asked for 2 hosts');
  });

  it('says nothing of a known host, of a reader, of a scanner without a page, or where little was learned', () => {
    expect(hostEvidence(table, request({ ...post, host: 'shop' }))).toEqual([]);
    expect(hostEvidence(table, request({ ...post, method: 'GET', host: 'rebound' }))).toEqual([]);
    expect(hostEvidence(table, request({ ...post, origin: 'absent', referer: 'absent', host: '10.0.0.1' }))).toEqual(
      [],
    );
    expect(hostEvidence(new SmoothedCounts(), request({ ...post, host: 'rebound' }))).toEqual([]);
  });
});
