import { identity, type Coverage, type ProfileReport } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countPValue } from '../calibration/index.js';
import { decodeProfileHealth, encodeProfileHealth, startProfileHealth, watchProfile } from './profile-health.js';

const MINUTE_US = 60_000_000;
const T0 = 500_000 * 3_600_000_000;
const CALIBRATION = { count: 5_000, extremalIndex: 1 };

/** Deterministic uniform numbers (mulberry32), so that a failure repeats. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function coverage(minute: number, container: string, ps: readonly number[], shadow?: Coverage['shadow']): Coverage {
  const pValues = ps.reduce<Coverage['pValues']>((counts, p) => countPValue(counts, CALIBRATION, p), undefined);
  const startUs = T0 + minute * MINUTE_US;
  return {
    type: 'coverage',
    schema: 1,
    id: identity(container, minute),
    application: 'shop',
    workload: 'web',
    container,
    detector: 'sequence',
    level: 'sequence',
    profileVersion: 'v1',
    stream: 'live',
    window: { startUs, endUs: startUs + MINUTE_US - 1 },
    windows: { normal: ps.length },
    count: 1_000 * ps.length,
    ...(pValues === undefined ? {} : { pValues }),
    ...(shadow === undefined ? {} : { shadow }),
  };
}

/** `hours` of two containers, four windows each a minute, with p-values that `make` gives. */
function day(hours: number, make: (minute: number, container: string) => number): Coverage[] {
  return Array.from({ length: hours * 60 }, (_, minute) =>
    ['a', 'b'].map((container) =>
      coverage(
        minute,
        container,
        Array.from({ length: 4 }, () => make(minute, container)),
      ),
    ),
  ).flat();
}

function last(records: readonly Coverage[]): ProfileReport {
  const state = startProfileHealth();
  const reports = records.flatMap((record) => watchProfile(state, record) ?? []);
  return reports.at(-1)!;
}

describe('the health of a profile', { timeout: 60_000 }, () => {
  it('fits while p-values are uniform, and says nothing on too little', () => {
    const next = uniform(1);
    expect(last(day(8, () => next()))).toMatchObject({ state: 'fits', version: 'v1' });
    expect(last(day(1, () => next())).state).toBe('unknown');
  });

  it('ages when most windows turn mildly strange for hours, and not for an attack in one container', () => {
    const next = uniform(2);
    const aged = last(day(8, (minute) => (minute < 120 ? next() : next() ** 2)));
    expect(aged.state).toBe('ageing');
    expect(aged.words).toContain('ageing');
    const attacked = last(day(8, (minute, of) => (minute > 400 && minute < 430 && of === 'a' ? 1e-9 : next())));
    expect(attacked.state).toBe('fits');
  });

  it('takes what is new in every container at once for a deployment, and not what is new in one', () => {
    const next = uniform(3);
    const released = (everywhere: boolean): ProfileReport =>
      last(day(8, (minute, of) => (minute > 400 && (everywhere || of === 'a') && next() < 0.9 ? 1e-6 : next())));
    expect(released(true)).toMatchObject({ state: 'deployment' });
    expect(released(true).words).toContain('all of its 2 containers');
    expect(released(false).state).not.toBe('deployment');
  });

  it('forgets what is more than a day past', () => {
    const next = uniform(4);
    const records = day(40, (minute) => (minute < 10 * 60 ? next() ** 3 : next()));
    expect(last(records)).toMatchObject({ state: 'fits' });
    expect(last(records).windows).toBeLessThanOrEqual(24 * 60 * 8);
  });

  it('reports as soon as a minute has begun, and every eighth record of one', () => {
    const state = startProfileHealth();
    expect(watchProfile(state, coverage(0, 'a', [0.5]))?.windows).toBe(1);
    expect(watchProfile(state, coverage(0, 'b', [0.5]))).toBeUndefined();
    expect(watchProfile(state, coverage(1, 'a', [0.5]))?.windows).toBe(3);
    const late = Array.from({ length: 8 }, (_, i) => watchProfile(state, coverage(0, `late-${i}`, [0.5])));
    expect(late.map((report) => report?.windows)).toEqual([...new Array<undefined>(7), 11]);
  });

  it('adds up how a shadow compares, and begins anew with another', () => {
    const made = (profileVersion: string): Coverage['shadow'] => ({
      profileVersion,
      windows: { normal: 3, anomalous: 1 },
      both: 1,
    });
    const report = last([coverage(0, 'a', [0.5, 0.5, 0.5, 0.001], made('v2')), coverage(1, 'a', [0.5], made('v2'))]);
    expect(report.shadow).toMatchObject({ version: 'v2', sinceUs: T0, both: 2 });
    expect(report.shadow?.active.windows).toBe(5);
    expect(report.shadow?.shadow).toMatchObject({ windows: 8, anomalous: 2 });
    const other = last([coverage(0, 'a', [0.5], made('v2')), coverage(1, 'a', [0.5], made('v3'))]);
    expect(other.shadow).toMatchObject({ version: 'v3', both: 1 });
  });

  it('comes to the same state in any order and across stops', () => {
    const next = uniform(5);
    const records = day(4, () => next());
    const expected = Buffer.from(encodeProfileHealth(stateAfter(records))).toString();
    fc.assert(
      fc.property(
        fc.shuffledSubarray(records, { minLength: records.length }),
        fc.nat(records.length),
        (mixed, stop) => {
          expect(Buffer.from(encodeProfileHealth(stateAfter(mixed, stop))).toString()).toBe(expected);
        },
      ),
      { numRuns: 10 },
    );
  });
});

/** Without the minute reported last, which is how far the reports came, and containers in the order of their names. */
function stateAfter(records: readonly Coverage[], stopAt = -1) {
  let state = startProfileHealth();
  records.forEach((record, at) => {
    watchProfile(state, record);
    if (at === stopAt) state = decodeProfileHealth(encodeProfileHealth(state));
  });
  const byName = <T extends readonly [string, ...unknown[]]>(entries: T[]): T[] =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const versions = state.versions.map((version) => ({
    ...version,
    hours: version.hours.map((hour) => ({ ...hour, containers: byName(hour.containers) })),
  }));
  return { ...state, versions, reported: 0, unreported: 0 };
}
