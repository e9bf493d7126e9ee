import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { gradeProbability, learnGrade, type GradeTable } from './grade-probability.js';
import { parameterContexts } from './web-contexts.js';
import { parameter, visit } from './web.fixture.js';

const ADDRESS: GradeTable = {
  name: 'address',
  underAttack: [0, 0.1, 0.3, 0.9],
  prior: [0.98, 8e-3, 3e-3, 7e-7],
  floor: [0, 4e-3, 3e-3, 7e-7],
  top: 2,
};
const LINK = parameter({ name: 'link' });
const EVENT = visit(0, 'ada', [LINK])[0]!;

/** Probability of a disguised address in a field that held thirty values of one sort. */
function probabilityAfter(grade: number, sort: string, of = ADDRESS): number {
  const table = new SmoothedCounts();
  const { own, named, any } = parameterContexts(EVENT, LINK);
  for (let i = 0; i < 30; i++) learnGrade(table, of, [own, named, any], grade, sort);
  return gradeProbability(table, of, EVENT, LINK, 3, '3 disguised address');
}

describe('what the values of a field excuse', () => {
  it('is most for their own sort, less for another as strong, least for a stronger one', () => {
    const [same, other, weaker, plain] = [
      probabilityAfter(3, '3 disguised address'),
      probabilityAfter(3, '3 metadata service'),
      probabilityAfter(2, '2 inner address'),
      probabilityAfter(0, ''),
    ];
    expect(same).toBeGreaterThan(0.9);
    expect(other).toBeCloseTo(0.02, 2);
    expect(weaker).toBeCloseTo(0.002, 3);
    expect(plain).toBeLessThan(1e-5);
  });

  it('is next to nothing for a disguised address where plain ones within are everyday', () => {
    expect(probabilityAfter(2, '2 inner address', { ...ADDRESS, weaker: 1e-5 })).toBeLessThan(2e-5);
  });
});
