import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { learnUnseen, unseenEvidence } from './unseen-evidence.js';
import { request } from './web.fixture.js';

function learned(share: number): SmoothedCounts {
  const table = new SmoothedCounts();
  for (let i = 0; i < 1_000; i++) {
    learnUnseen(table, request({ atMs: i, ...(i < 1_000 * share ? { unseen: ['framing'] } : {}) }));
  }
  return table;
}

describe('a request that was not fully seen', () => {
  it('speaks where the workload never had one, and says why', () => {
    const [observation, ...more] = unseenEvidence(learned(0), request({ atMs: 1, unseen: ['bytes', 'framing'] }));
    expect(more).toEqual([]);
    expect(observation?.weight).toBeGreaterThan(5);
    expect(observation?.evidence.observed).toContain('servers differ in where its body ends');
    expect(observation?.evidence.expected).toBe('so in 0 of 1000 learned requests');
  });

  it('says nothing where that is a habit, and nothing of what was seen', () => {
    expect(unseenEvidence(learned(0.6), request({ atMs: 1, unseen: ['framing'] }))[0]?.weight).toBeLessThan(0);
    expect(unseenEvidence(learned(0), request({ atMs: 1 }))).toEqual([]);
  });

  it('says less of a long body than of a framing that no browser sends', () => {
    const weightOf = (unseen: 'bytes' | 'framing'): number =>
      unseenEvidence(learned(0), request({ atMs: 1, unseen: [unseen] }))[0]!.weight;
    expect(weightOf('framing') - weightOf('bytes')).toBeGreaterThan(1.5);
  });
});
