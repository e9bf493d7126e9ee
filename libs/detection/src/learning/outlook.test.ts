import { describe, expect, it } from 'vitest';

import { learningOutlook, outlookNotes } from './outlook.js';

const NEEDS = {
  detector: 'sequence',
  events: 40_000,
  gaps: 0,
  units: 'windows',
  seen: 40,
  enough: 100,
  novelty: 0.1,
  mostNovelty: 0.02,
};

describe('what learning still lacks', () => {
  it('is told with the least number of events that it takes', () => {
    const outlook = learningOutlook(NEEDS);
    expect(outlook).toMatchObject({
      converged: false,
      missing: ['40 of 100 windows', 'novelty 0.1000, at most 0.02'],
      moreEvents: 160_000,
    });
    expect(outlookNotes(outlook)[0]).toMatch(/^not complete: 40 of 100 windows; .*; at least 160000 events more$/);
  });

  it('is nothing once there was enough and little of it is new', () => {
    const outlook = learningOutlook({ ...NEEDS, seen: 100, novelty: 0.02 });
    expect(outlook).toMatchObject({ converged: true, missing: [], moreEvents: 0 });
    expect(outlookNotes(outlook)).toEqual([]);
  });

  it.each([
    ['a loss', { gaps: 2 }, '2 losses in what was learned from'],
    ['a table that is full', { leftOut: 9 }, 'more kinds of behaviour than fit: 9 calls were left out'],
  ])('never ends with %s', (_, more, words) => {
    const outlook = learningOutlook({ ...NEEDS, seen: 100, novelty: 0, ...more });
    expect(outlook).toMatchObject({ converged: false, missing: [words] });
    expect(outlook.moreEvents).toBeUndefined();
    expect(outlookNotes(outlook)).toEqual([`not complete: ${words}; more of the same will not do`]);
  });

  it('foresees nothing from nothing', () => {
    expect(learningOutlook({ ...NEEDS, events: 0, seen: 0, novelty: 1 }).moreEvents).toBeUndefined();
  });
});
