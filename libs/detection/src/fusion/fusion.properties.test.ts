import type { Verdict, VerdictMessage } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fuse } from './fusion.js';
import { fusionConfig } from './fusion-config.js';
import { decodeFusionState, emptyFusionState, encodeFusionState } from './fusion-state.js';
import type { IncidentChange } from './revisions.js';
import { APPLICATION, coverageAt, SECOND, T0, verdictAt, windowAt } from './testing/verdicts.js';

const GRACE_S = 600;
const config = fusionConfig({ graceUs: GRACE_S * SECOND, gapUs: 120 * SECOND, maxFindings: 4, maxPrincipals: 2 });
const END = coverageAt(100_000, { detector: 'log', level: 'log' });

/** Any mix of levels, paths, names and times over most of an hour. */
const message: fc.Arbitrary<VerdictMessage> = fc
  .record({
    second: fc.integer({ min: 0, max: 3_000 }).map((t) => t / 4),
    shape: fc.constantFrom('web', 'sql', 'calls', 'rate', 'weak', 'coverage'),
    who: fc.constantFrom('a', 'b', 'c', 'd'),
    finding: fc.constantFrom('f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7'),
    path: fc.constantFrom('sqli', 'xss', 'unknown'),
    linked: fc.boolean(),
    p: fc.constantFrom(1e-9, 3e-7, 1e-5, 0.004),
  })
  .map(({ second, shape, who, finding, path, linked, p }) => {
    const request = linked ? { request: `r${Math.floor(second / 5)}` } : {};
    const seen = linked ? { impact: { columns: [who, finding] } } : {};
    const some: Partial<Verdict> = {
      finding,
      pValue: p,
      path: path,
      severity: 1 + (finding.charCodeAt(1) % 6),
      ...seen,
    };
    switch (shape) {
      case 'web':
        return verdictAt(second, { ...some, joins: { session: who, ...request } });
      case 'sql':
        return verdictAt(second, { ...some, detector: 'sql', workload: 'db', joins: { connection: who, ...request } });
      case 'calls':
        return windowAt(second, { finding, pValue: p, container: `web-${who}` });
      case 'rate':
        return windowAt(second, { finding, pValue: p, level: 'frequency', detector: 'frequency', workload: 'db' });
      case 'weak':
        return verdictAt(second, { ...some, state: 'normal', joins: { session: who } });
      default:
        return coverageAt(second, { container: `web-${who}`, windows: { normal: 9, gap: 1 } });
    }
  });

const timeOf = (m: VerdictMessage): number => m.window.endUs;

function final(messages: readonly VerdictMessage[]): { closed: string[]; changes: IncidentChange[] } {
  const state = emptyFusionState();
  const changes = [...messages, END].flatMap((m) => fuse(state, APPLICATION, m, config).changes);
  const closed = changes
    .filter(({ kind, mergedInto }) => kind === 'close' && mergedInto === undefined)
    .map(({ incident }) => JSON.stringify(incident))
    .sort();
  return { closed, changes };
}

/** Hundreds of runs of fusion each: seconds on an idle core, much longer on a busy one. */
describe('fusion, in any order', { timeout: 120_000 }, () => {
  it('ends in the same incidents to the byte, however long each verdict was delayed within the grace', () => {
    const delayed = fc.array(fc.tuple(message, fc.integer({ min: 0, max: GRACE_S - 40 })), { maxLength: 60 });
    fc.assert(
      fc.property(delayed, (entries) => {
        const inOrder = entries.map(([m]) => m).sort((a, b) => timeOf(a) - timeOf(b));
        const arrived = [...entries].sort(([a, da], [b, db]) => timeOf(a) + da * SECOND - timeOf(b) - db * SECOND);
        expect(final(arrived.map(([m]) => m)).closed).toEqual(final(inOrder).closed);
      }),
      { numRuns: 300 },
    );
  });

  it('ends in the same incidents for every permutation of what lies within the grace', () => {
    const near = fc.array(message, { maxLength: 40 }).map((all) => all.filter((m) => timeOf(m) < T0 + 500 * SECOND));
    const both = near.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(both, ([a, b]) => {
        expect(final(b).closed).toEqual(final(a).closed);
      }),
      { numRuns: 300 },
    );
  });

  it('is not changed by repetitions', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (all) => {
        const inOrder = [...all].sort((a, b) => timeOf(a) - timeOf(b));
        expect(final(inOrder.flatMap((m) => [m, m])).closed).toEqual(final(inOrder).closed);
      }),
      { numRuns: 100 },
    );
  });

  it('continues from its bytes as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), fc.nat(40), (all, cut) => {
        const messages = [...all].sort((a, b) => timeOf(a) - timeOf(b));
        let state = emptyFusionState();
        const changes = [...messages, END].flatMap((m, i) => {
          if (i === cut) state = decodeFusionState(encodeFusionState(state));
          return fuse(state, APPLICATION, m, config).changes;
        });
        expect(JSON.stringify(changes)).toBe(JSON.stringify(final(messages).changes));
      }),
      { numRuns: 200 },
    );
  });

  it('shows the strongest evidence of every anomalous verdict in some revision', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 80 }), (all) => {
        const { changes } = final(all);
        const shown = new Set(changes.flatMap(({ evidence }) => evidence.map((e) => e.verdict)));
        const newest = { us: 0 };
        for (const m of all) {
          if (timeOf(m) < newest.us - config.graceUs) continue;
          newest.us = Math.max(newest.us, timeOf(m));
          if (m.type === 'verdict' && m.state === 'anomalous') expect(shown.has(m.id)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('numbers the revisions of an incident without gaps, creates it first and closes it last', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 80 }), (all) => {
        const seen = new Map<string, IncidentChange>();
        for (const change of final(all).changes) {
          const before = seen.get(change.incident.id);
          expect(change.revision).toBe((before?.revision ?? 0) + 1);
          // Only one that had been taken for a part of another may come back.
          if (before?.kind === 'close') expect(before.mergedInto).toBeDefined();
          expect(change.kind === 'create').toBe(before === undefined || before.kind === 'close');
          seen.set(change.incident.id, change);
        }
        for (const { kind } of seen.values()) expect(kind).toBe('close');
      }),
      { numRuns: 200 },
    );
  });
});
