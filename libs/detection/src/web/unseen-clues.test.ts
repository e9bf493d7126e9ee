import { describe, expect, it } from 'vitest';

import { ChanceTable } from '../chance/chance-table.js';
import { learnUnseen, unseenClues } from './unseen-clues.js';
import { request } from './web.fixture.js';

function learned(share: number): ChanceTable {
  const table = new ChanceTable();
  for (let i = 0; i < 1_000; i++) {
    learnUnseen(table, request({ atMs: i, ...(i < 1_000 * share ? { unseen: ['framing'] } : {}) }));
  }
  return table;
}

describe('a request that was not fully seen', () => {
  it('speaks where the workload never had one, and says why', () => {
    const [clue, ...more] = unseenClues(learned(0), request({ atMs: 1, unseen: ['bytes', 'framing'] }));
    expect(more).toEqual([]);
    expect(clue?.nats).toBeGreaterThan(5);
    expect(clue?.evidence.observed).toContain('servers differ in where its body ends');
    expect(clue?.evidence.expected).toBe('so in 0 of 1000 learned requests');
  });

  it('says nothing where that is a habit, and nothing of what was seen', () => {
    expect(unseenClues(learned(0.6), request({ atMs: 1, unseen: ['framing'] }))[0]?.nats).toBeLessThan(0);
    expect(unseenClues(learned(0), request({ atMs: 1 }))).toEqual([]);
  });

  it('says less of a long body than of a framing that no browser sends', () => {
    const nats = (unseen: 'bytes' | 'framing'): number =>
      unseenClues(learned(0), request({ atMs: 1, unseen: [unseen] }))[0]!.nats;
    expect(nats('framing') - nats('bytes')).toBeGreaterThan(1.5);
  });
});
