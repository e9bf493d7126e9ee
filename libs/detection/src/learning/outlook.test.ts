import { describe, expect, it } from 'vitest';

import { learningOutlook, outlookNotes } from './outlook.js';

const NEEDS = {
  detector: 'sequence',
  events: 40_000,
  gaps: 0,
  units: 'windows',
  seen: 40,
  enough: 100,
  estimates: [{ novelty: 0.1, of: 40 }],
  mostNovelty: 0.02,
};

/** `of` observations, of which `once` were of a kind seen once. */
const seenOnce = (once: number, of: number) => ({
  events: of,
  seen: of,
  enough: 20,
  estimates: [{ novelty: once / of, of }],
});

describe('what learning still lacks', () => {
  it('is told with the least number of events that it takes', () => {
    const outlook = learningOutlook(NEEDS);
    expect(outlook).toMatchObject({
      converged: false,
      missing: ['40 of 100 windows', 'novelty 0.1000, by its 95 % limit up to 0.2050, at most 0.02'],
      moreEvents: 402_103,
    });
    expect(outlookNotes(outlook)[0]).toMatch(/^not complete: 40 of 100 windows; .*; at least 402103 events more$/);
  });

  it('is nothing once there was enough and little of it is new', () => {
    const outlook = learningOutlook({ ...NEEDS, ...seenOnce(1, 222) });
    expect(outlook).toMatchObject({ converged: true, missing: [], moreEvents: 0 });
    expect(outlookNotes(outlook)).toEqual([]);
  });

  it.each([
    ['a loss', { gaps: 2 }, '2 losses in what was learned from'],
    ['a table that is full', { leftOut: 9 }, 'more kinds of behaviour than fit: 9 calls were left out'],
  ])('never ends with %s', (_, more, words) => {
    const outlook = learningOutlook({ ...NEEDS, ...seenOnce(0, 500), ...more });
    expect(outlook).toMatchObject({ converged: false, missing: [words] });
    expect(outlook.moreEvents).toBeUndefined();
    expect(outlookNotes(outlook)).toEqual([`not complete: ${words}; more of the same will not do`]);
  });

  it('foresees nothing from nothing', () => {
    expect(
      learningOutlook({ ...NEEDS, events: 0, seen: 0, estimates: [{ novelty: 1, of: 0 }] }).moreEvents,
    ).toBeUndefined();
  });

  it.each([0, 1, 3, 20])(
    'is too little where the estimate alone is low, and foretold to the event (%i seen once)',
    (once) => {
      const low = Math.ceil(once / 0.02) + 1;
      const outlook = learningOutlook({ ...NEEDS, ...seenOnce(once, low) });
      expect(outlook.novelty).toBeLessThan(0.02);
      expect(outlook.converged).toBe(false);
      const enough = low + outlook.moreEvents!;
      expect(learningOutlook({ ...NEEDS, ...seenOnce(once, enough) }).converged).toBe(true);
      expect(learningOutlook({ ...NEEDS, ...seenOnce(once, enough - 1) }).converged).toBe(false);
    },
  );

  it('follows from the kind of observation that was seen least', () => {
    const estimates = [
      { novelty: 0.001, of: 2_000 },
      { novelty: 0.02, of: 50 },
    ];
    const outlook = learningOutlook({ ...NEEDS, events: 2_050, seen: 2_050, estimates });
    expect(outlook).toMatchObject({ converged: false, novelty: 0.02 });
    expect(outlook.moreEvents).toBeGreaterThan(2_050);
  });

  it('has no limit to what is no estimate', () => {
    const told = { ...NEEDS, ...seenOnce(0, 500) };
    expect(learningOutlook({ ...told, leastNovelty: 0.02 })).toMatchObject({ converged: true, novelty: 0.02 });
    const over = learningOutlook({ ...told, leastNovelty: 0.04 });
    expect(over).toMatchObject({ missing: ['novelty 0.0400, at most 0.02'], moreEvents: 521 });
  });

  it('is no longer handed over at the first moment in which the estimate is low', () => {
    // Kinds of falling frequency; the estimate dips under the limit while a tenth of what comes is new.
    const shares = Array.from({ length: 2_000 }, (_, i) => (i + 1) ** -2);
    const all = shares.reduce((sum, share) => sum + share, 0);
    const [byEstimate, byLimit] = [true, false].map((pointOnly) => {
      const worst = Array.from({ length: 200 }, (_, run) => missingWhenReady(shares, all, run + 1, pointOnly));
      return worst.filter((missing) => missing > 0.02).length / worst.length;
    });
    expect(byEstimate).toBeGreaterThan(0.4);
    expect(byLimit).toBeLessThan(0.15);
  });
});

/** Draws kinds until learning is over; the share of what would come that was never seen. */
function missingWhenReady(shares: readonly number[], all: number, seed: number, pointOnly: boolean): number {
  const next = randomOf(seed);
  const counts = new Uint32Array(shares.length);
  let once = 0;
  let missing = 1;
  for (let of = 1; of < 20_000; of++) {
    let kind = 0;
    for (let left = next() * all; kind < shares.length - 1 && left > shares[kind]!; kind++) left -= shares[kind]!;
    const before = counts[kind]!;
    counts[kind] = before + 1;
    if (before === 0) missing -= shares[kind]! / all;
    once += Number(before === 0) - Number(before === 1);
    const novelty = (once + 1) / (of + 2);
    if (of < 20 || novelty > 0.02) continue;
    if (pointOnly || learningOutlook({ ...NEEDS, ...seenOnce(0, of), estimates: [{ novelty, of }] }).converged) break;
  }
  return missing;
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
