import type { Verdict, VerdictMessage, VerdictsRecord, Watermark } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fuse } from './fusion.js';
import { fusionConfig } from './fusion-config.js';
import { decodeFusionState, emptyFusionState, encodeFusionState } from './fusion-state.js';
import type { IncidentChange } from './revisions.js';
import { APPLICATION, coverageAt, SECOND, T0, verdictAt, watermarkAt, windowAt } from './testing/verdicts.js';

const GRACE_S = 600;
const READERS = [
  { detector: 'log-detector', topic: 'logs' },
  { detector: 'sequence-detector', topic: 'syscalls' },
] as const;
const config = fusionConfig({
  graceUs: GRACE_S * SECOND,
  readers: READERS,
  gapUs: 120 * SECOND,
  maxFindings: 4,
  maxPrincipals: 2,
});

/** The detectors, each with its own share of the messages. */
const PARTS = [0, 1, 2, 3, 4, 5];
const partOf = (m: VerdictMessage): number => m.id.charCodeAt(0) % PARTS.length;
const reached = (part: number, second: number): Watermark =>
  watermarkAt(second, {
    detector: part < 4 ? 'log-detector' : 'sequence-detector',
    topic: part < 4 ? 'logs' : 'syscalls',
    partition: part % 4,
    partitions: { logs: 4, syscalls: 2 },
  });

const END = PARTS.map((part) => reached(part, 100_000));

/** Any mix of levels, paths, names and times over most of an hour. */
const message: fc.Arbitrary<VerdictMessage> = fc
  .record({
    second: fc.integer({ min: 0, max: 3_000 }).map((t) => t / 4),
    shape: fc.constantFrom('web', 'line', 'sql', 'calls', 'rate', 'weak', 'coverage', 'audit', 'victim'),
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
      case 'line': {
        const facts = { method: 'GET', path: '/', status: 200, address: who };
        return verdictAt(second, {
          ...some,
          joins: { client: who, ...request },
          ...(linked ? { request: facts } : {}),
        });
      }
      case 'sql':
        return verdictAt(second, { ...some, detector: 'sql', workload: 'db', joins: { connection: who, ...request } });
      case 'calls':
        return windowAt(second, { finding, pValue: p, container: `web-${who}` });
      case 'rate':
        return windowAt(second, { finding, pValue: p, level: 'frequency', detector: 'frequency', workload: 'db' });
      case 'audit': {
        const objects = { changed: [`o${who}`], follows: linked ? ['oa', 'ob', 'oc', 'od'] : [] };
        const state = p > 0.001 ? 'normal' : 'anomalous';
        return verdictAt(second, { ...some, state, path: 'xss', joins: { user: finding }, objects });
      }
      case 'victim': {
        const planted = linked ? { planted: `event of ${who}` } : {};
        return verdictAt(second, { ...some, path: 'xss', joins: { victim: who, ...planted, ...request } });
      }
      case 'weak':
        return verdictAt(second, { ...some, state: 'normal', joins: { session: who } });
      default:
        return coverageAt(second, { container: `web-${who}`, windows: { normal: 9, gap: 1 } });
    }
  });

const timeOf = (m: VerdictMessage): number => m.window.endUs;

function final(messages: readonly VerdictsRecord[]): { closed: string[]; changes: IncidentChange[] } {
  const state = emptyFusionState();
  const changes = [...messages, ...END].flatMap((m) => fuse(state, APPLICATION, m, config).changes);
  const closed = changes
    .filter(({ kind, mergedInto }) => kind === 'close' && mergedInto === undefined)
    .map(({ incident }) => JSON.stringify(incident))
    .sort();
  return { closed, changes };
}

function lateOf(messages: readonly VerdictsRecord[]): number {
  const state = emptyFusionState();
  for (const m of messages) fuse(state, APPLICATION, m, config);
  return state.counts.late;
}

/**
 * Each part gives its share in any order within the grace and says now and then how far it has come; the parts take
 * turns as `turns` says, so that one may be done before another begins.
 */
function interleaved(all: readonly VerdictMessage[], delays: readonly number[], turns: readonly number[]) {
  const delayOf = new Map(all.map((m, i) => [m, (delays[i] ?? 0) * SECOND]));
  const shown = (m: VerdictMessage): number => timeOf(m) + delayOf.get(m)!;
  const queues = PARTS.map((part) => {
    const own = all.filter((m) => partOf(m) === part).sort((a, b) => shown(a) - shown(b));
    return own.flatMap((m): VerdictsRecord[] => [reached(part, (shown(m) - T0) / SECOND), m]);
  });
  const first = reached(turns[0] ?? 0, 0);
  const taken = turns.flatMap((part) => queues[part]!.splice(0, 1));
  return [first, ...taken, ...queues.flat()];
}

/** Hundreds of runs of fusion each: seconds on an idle core, much longer on a busy one. */
describe('fusion, in any order', { timeout: 120_000 }, () => {
  it('ends in the same incidents to the byte, however far parts are apart', () => {
    const steps = fc.array(fc.nat(PARTS.length - 1), { minLength: 400, maxLength: 400 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), fc.array(fc.nat(GRACE_S - 40)), steps, (all, delays, turns) => {
        const inOrder = [...all].sort((a, b) => timeOf(a) - timeOf(b));
        const lagging = interleaved(all, delays, turns);
        expect(lagging.filter(({ type }) => type !== 'watermark')).toHaveLength(all.length);
        expect(final(lagging).closed).toEqual(final(inOrder).closed);
        expect(lateOf(lagging)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a statement with the one on whose connection it came, once that is settled', () => {
    const sql = { detector: 'sql', workload: 'db', joins: { connection: 'b' } } as const;
    const attack = [verdictAt(0, { path: 'sqli', joins: { session: 'a' } }), verdictAt(0, { path: 'sqli', ...sql })];
    const later = verdictAt(40, { path: 'unknown', ...sql });
    const atOnce = final([...attack, later]);
    expect(atOnce.closed).toHaveLength(1);
    for (const second of [760, 761, 780, 820, 880, 881]) {
      const meanwhile = [
        verdictAt(second - 600, { path: 'sqli', joins: { session: 'a' } }),
        ...PARTS.map((part) => reached(part, second)),
      ];
      const { changes } = final([...attack, later, ...meanwhile]);
      expect(changes.map(({ kind, incident }) => `${kind} ${incident.path}`)).not.toContain('create unknown');
    }
  });

  it('waits for a part that was never heard of, and no longer than it may be idle', () => {
    const state = emptyFusionState();
    const quiet = { ...config, idleUs: 60 * SECOND };
    const tell = (m: VerdictsRecord, arrivedS: number): IncidentChange['kind'][] =>
      fuse(state, APPLICATION, m, quiet, T0 + arrivedS * SECOND).changes.map(({ kind }) => kind);
    expect(tell(verdictAt(0), 0)).toEqual(['create']);
    for (const part of PARTS.slice(1)) expect(tell(reached(part, 50_000), 1)).toEqual([]);
    expect(state.watermarkUs).toBe(0);
    expect(tell(reached(1, 50_000), 62)).toEqual(['close']);
    // It was only slow, and is heard again.
    expect(tell(reached(0, 10), 63)).toEqual([]);
    expect(tell(verdictAt(11), 63)).toEqual(['create']);
    expect(state.counts.late).toBe(0);
  });

  it('recovers from a time of the future', () => {
    const far = verdictAt(2_300_000_000, { joins: { session: 'far' } });
    const messages = [
      verdictAt(0),
      far,
      ...PARTS.map((part) => reached(part, 1_000)),
      verdictAt(1_000),
      verdictAt(900),
    ];
    expect(lateOf(messages)).toBe(0);
    const jumped = [...PARTS.map((part) => reached(part, 2_300_000_000)), reached(3, 5), verdictAt(6)];
    expect(lateOf(jumped)).toBe(0);
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
        const changes = [...messages, ...END].flatMap((m, i) => {
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
        for (const m of all) {
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

  it('closes an incident into none that was not told, and ends every chain in one that stands', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 80 }),
        fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
        (all, keys) => {
          const ordered = all.map((m, i) => ({ m, key: keys[i] ?? 0 })).sort((a, b) => a.key - b.key);
          const last = new Map<string, IncidentChange>();
          for (const change of final(ordered.map(({ m }) => m)).changes) {
            if (change.mergedInto !== undefined) expect(last.get(change.mergedInto)?.kind).toMatch(/create|update/);
            last.set(change.incident.id, change);
          }
          for (const { mergedInto } of last.values()) {
            if (mergedInto !== undefined) expect(last.get(mergedInto)).toBeDefined();
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
