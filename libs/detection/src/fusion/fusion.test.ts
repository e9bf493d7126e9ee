import type { VerdictsRecord } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { fuse } from './fusion.js';
import { fusionConfig } from './fusion-config.js';
import { emptyFusionState, type FusionState } from './fusion-state.js';
import type { IncidentChange } from './revisions.js';
import { APPLICATION, coverageAt, SECOND, T0, verdictAt, watermarkAt, windowAt } from './testing/verdicts.js';

const config = fusionConfig();

/** Long after everything: whatever is open closes. */
const END = watermarkAt(7_200);

function run(messages: readonly VerdictsRecord[], state: FusionState = emptyFusionState(), given = config) {
  const changes: IncidentChange[] = [];
  const ignored: string[] = [];
  for (const message of messages) {
    const step = fuse(state, APPLICATION, message, given);
    changes.push(...step.changes);
    if (step.ignored !== undefined) ignored.push(step.ignored);
  }
  return { changes, ignored, state };
}

const closes = (changes: readonly IncidentChange[]) =>
  changes.filter(({ kind, mergedInto }) => kind === 'close' && mergedInto === undefined);

describe('fusion', () => {
  it('makes one incident of what the levels say of one attack, with a score for each', () => {
    // web ──x── sql ──x── (a second later, no name of its own) ── window of calls around both
    const { changes } = run([
      coverageAt(0, { level: 'frequency', detector: 'frequency', windows: { insufficient: 3 } }),
      verdictAt(1),
      verdictAt(1.2, { detector: 'sql', workload: 'db', container: 'db-1', joins: { connection: 'db-1:7' } }),
      windowAt(2),
      END,
    ]);
    const final = closes(changes);
    expect(final).toHaveLength(1);
    const incident = final[0]!.incident;
    expect([incident.path, incident.principals, incident.workloads, incident.confidence]).toEqual([
      'sqli',
      ['session:mallory'],
      ['db', 'web'],
      3,
    ]);
    expect(incident.levels.map(({ level, state }) => [level, state])).toEqual([
      ['sequence', 'anomalous'],
      ['frequency', 'insufficient'],
      ['log', 'anomalous'],
      ['process', 'absent'],
    ]);
    expect(changes[0]!.kind).toBe('create');
  });

  it('names a level that nobody reported for', () => {
    const { changes } = run([verdictAt(1), END]);
    expect(closes(changes)[0]!.incident.levels.map(({ state }) => state)).toEqual([
      'absent',
      'absent',
      'anomalous',
      'absent',
    ]);
  });

  it('joins by identity before it joins by time', () => {
    const { changes } = run([
      verdictAt(10, { joins: { session: 'alice', request: 'r1' }, path: 'xss', finding: 'script' }),
      verdictAt(10, { joins: { session: 'bob', request: 'r2' } }),
      verdictAt(12, { detector: 'sql', joins: { request: 'r1' }, path: 'sqli', finding: 'new-statement' }),
      END,
    ]);
    const alice = closes(changes).find(({ incident }) => incident.principals.includes('session:alice'))!;
    expect(alice.incident.findings.map(({ finding }) => finding)).toEqual(['new-statement', 'script']);
  });

  describe('an attack that a trace and an access log tell', () => {
    const from = { method: 'GET', path: '/search', status: 200, address: '192.0.2.9', agent: 'curl' };

    it('is one incident, by its requests', () => {
      const { changes } = run([
        verdictAt(1, { joins: { client: 'c', request: 'r1' }, container: 'log' }),
        verdictAt(1.1, { joins: { session: 'alice', request: 'r1' } }),
        END,
      ]);
      const open = closes(changes).filter(({ mergedInto }) => mergedInto === undefined);
      expect(open.map(({ incident }) => incident.principals)).toEqual([['client:c', 'session:alice']]);
    });

    it('is one incident, by its client, where the two found different requests', () => {
      const { changes } = run([
        verdictAt(1, { joins: { session: 'alice', request: 'r1' }, request: from }),
        verdictAt(30, { joins: { client: 'c', request: 'r2' }, request: from }),
        END,
      ]);
      expect(closes(changes).map(({ incident }) => incident.principals)).toEqual([['client:c', 'session:alice']]);
    });

    it('stays two where two sessions attack from one client', () => {
      const { changes } = run([
        verdictAt(1, { joins: { session: 'alice', request: 'r1' }, request: from }),
        verdictAt(2, { joins: { session: 'bob', request: 'r2' }, request: from }),
        verdictAt(2, { joins: { client: 'c', request: 'r2' }, request: from }),
        END,
      ]);
      expect(closes(changes).map(({ incident }) => incident.principals)).toEqual(
        expect.arrayContaining([['session:alice'], ['client:c', 'session:bob']]),
      );
    });
  });

  it('never bridges two incidents by a window that overlaps both', () => {
    const { changes } = run([
      verdictAt(1, { joins: { session: 'alice' } }),
      verdictAt(2, { joins: { session: 'bob' } }),
      windowAt(2),
      END,
    ]);
    expect(closes(changes).map(({ incident }) => incident.principals)).toHaveLength(2);
  });

  it('leaves windows of calls that nothing else explains to an incident of their workload', () => {
    const { changes } = run([windowAt(1), windowAt(100), verdictAt(300), END]);
    const told = closes(changes).map(({ incident }) => [incident.path, incident.kind.by, incident.anomalous]);
    expect(told.sort()).toEqual([
      ['sqli', 'principal', 1],
      ['unknown', 'workload', 2],
    ]);
  });

  it('tells an incident that became part of another where to', () => {
    // The window comes first and stands alone for a while; then the request it belongs to arrives.
    const { changes } = run([windowAt(2), coverageAt(20), verdictAt(2)]);
    const merged = changes.find(({ mergedInto }) => mergedInto !== undefined)!;
    const created = changes.filter(({ kind }) => kind === 'create').map(({ incident }) => incident.id);
    expect(created).toEqual([merged.incident.id, merged.mergedInto]);
    expect(changes.at(-2)!.evidence).toHaveLength(2);
  });

  it('tells a window of calls at once with the request that explains it, and never as an incident of its own', () => {
    const { changes } = run([windowAt(2), verdictAt(2), END]);
    expect(changes.map(({ kind, mergedInto }) => [kind, mergedInto])).toEqual([
      ['create', undefined],
      ['close', undefined],
    ]);
  });

  it('tells a window of calls that nothing explains, when the hold is over', () => {
    expect(run([windowAt(2), coverageAt(11)]).changes).toEqual([]);
    expect(run([windowAt(2), coverageAt(20)]).changes.map(({ kind }) => kind)).toEqual(['create']);
  });

  it('does not open again, for each request, what a log tells before the trace does', () => {
    const twice = (second: number) => [
      verdictAt(second, { joins: { client: 'c', request: `r${second}` }, container: 'log' }),
      verdictAt(second + 0.1, { joins: { session: 'alice', request: `r${second}` } }),
    ];
    const { changes } = run([...twice(1), ...twice(20), ...twice(40), END]);
    expect(changes.filter(({ mergedInto }) => mergedInto !== undefined)).toHaveLength(1);
    expect(closes(changes).map(({ incident }) => incident.anomalous)).toEqual([6]);
  });

  it('leaves a statement with its request, wherever that goes', () => {
    // The statement joins the log's line, whose request the trace names later, as that of a session.
    const { changes } = run([
      verdictAt(60, { joins: {}, workload: 'db', detector: 'sql' }),
      verdictAt(60, { joins: { client: 'c', request: 'r60' }, container: 'log' }),
      verdictAt(20, { joins: { session: 'alice', request: 'r60' } }),
      END,
    ]);
    const open = new Set<string>();
    for (const { kind, incident, mergedInto } of changes) {
      if (kind === 'create') open.add(incident.id);
      if (kind === 'close') open.delete(incident.id);
      if (mergedInto !== undefined) expect(open).toContain(mergedInto);
    }
    expect(changes.filter(({ mergedInto }) => mergedInto !== undefined)).toHaveLength(1);
    expect(closes(changes).map(({ incident }) => [incident.workloads, incident.anomalous])).toEqual([
      [['db', 'web'], 3],
    ]);
  });

  it('tells a statement with the request that made it, which ends later, and never as an incident of its own', () => {
    const statement = verdictAt(1, { joins: { connection: 'db-1:7' }, workload: 'db', detector: 'sql' });
    const { changes } = run([statement, verdictAt(1.1), END]);
    expect(changes.map(({ kind, mergedInto }) => [kind, mergedInto])).toEqual([
      ['create', undefined],
      ['close', undefined],
    ]);
    expect(run([statement, coverageAt(4)]).changes).toEqual([]);
    expect(run([statement, coverageAt(5)]).changes.map(({ kind }) => kind)).toEqual(['create']);
  });

  it('keeps apart what one client does by several paths, and what other clients do on the same thread', () => {
    const of = (address: string) => ({
      request: { method: 'GET', path: '/', status: 200, address, agent: 'curl' },
    });
    const worker = { thread: 7, connection: 'web-1:5' };
    const { changes } = run([
      verdictAt(1, { path: 'xss', joins: { session: 'alice', request: 'r1', ...worker }, ...of('192.0.2.9') }),
      verdictAt(7, { path: 'web-shell', joins: { client: 'c', request: 'r2', ...worker }, ...of('192.0.2.9') }),
      verdictAt(13, { path: 'xss', joins: { client: 'c', request: 'r3', ...worker }, ...of('192.0.2.9') }),
      verdictAt(19, { path: 'xss', joins: { client: 'd', request: 'r4', ...worker }, ...of('192.0.2.7') }),
      END,
    ]);
    const told = closes(changes).map(({ incident }) => [incident.path, incident.principals]);
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        ['xss', ['client:c', 'session:alice']],
        ['web-shell', ['client:c']],
        ['xss', ['client:d']],
      ]),
    );
  });

  it('begins with what fired, not with what was near its threshold before', () => {
    const { changes } = run([
      windowAt(20, { state: 'normal', pValue: 0.005, joins: { session: 'mallory' } }),
      verdictAt(30),
      END,
    ]);
    const { verdicts, firstUs } = closes(changes)[0]!.incident;
    expect([verdicts, (firstUs - T0) / SECOND]).toEqual([2, 30]);
  });

  describe('a script that one request plants and others run', () => {
    const planting = verdictAt(1, {
      path: 'xss',
      finding: 'script-in-parameter',
      request: { method: 'POST', path: '/comments', status: 302 },
    });
    const event = planting.evidence[0]!.event;
    const firing = (second: number, victim: string) =>
      verdictAt(second, {
        path: 'xss',
        finding: 'script-acted',
        joins: { victim, request: `of ${victim}`, planted: event },
      });

    it('is one incident of whoever planted it; its readers are no principals', () => {
      // The last one is further from the planting than incidents reach, but not from the one before.
      const { changes } = run([firing(9, 'ann'), planting, firing(290, 'bob'), firing(500, 'cyd'), END]);
      const told = closes(changes).map(({ incident }) => [incident.principals, incident.anomalous]);
      expect(told).toEqual([[['session:mallory'], 4]]);
    });

    it('is one incident, of nobody, where the planting was not noticed', () => {
      const { changes } = run([firing(9, 'ann'), firing(60, 'bob'), END]);
      const told = closes(changes).map(({ incident }) => [incident.kind.by, incident.principals, incident.anomalous]);
      expect(told).toEqual([['workload', [], 2]]);
    });
  });

  it('ends an incident after the gap, and begins another one then', () => {
    const gap = config.gapUs / SECOND;
    const { changes } = run([verdictAt(0), verdictAt(gap - 10), verdictAt(3 * gap), END]);
    expect(closes(changes).map(({ incident }) => incident.anomalous)).toEqual([2, 1]);
    expect(new Set(closes(changes).map(({ incident }) => incident.id)).size).toBe(2);
  });

  it('keeps the sums of an incident that goes on for hours, in a small state', () => {
    const verdicts = Array.from({ length: 1_000 }, (_, i) => verdictAt(i * 20));
    const { changes, state } = run(verdicts.flatMap((m, i) => [m, watermarkAt(i * 20)]));
    expect(new Set(changes.map(({ incident }) => incident.id)).size).toBe(1);
    expect(state.atoms.size).toBeLessThan(150);
    const { changes: last } = run([watermarkAt(1_000 * 20 + 7_200)], state);
    expect(closes(last)[0]!.incident.anomalous).toBe(1_000);
  }, 60_000);

  it('counts a verdict once', () => {
    const { changes, ignored } = run([verdictAt(1), verdictAt(1), END]);
    expect(ignored).toEqual(['duplicate']);
    expect(closes(changes)[0]!.incident.anomalous).toBe(1);
  });

  it('refuses a verdict beyond the grace, and counts it', () => {
    const grace = config.graceUs / SECOND;
    const { ignored, state } = run([verdictAt(9 * grace), watermarkAt(grace + 2), verdictAt(1), verdictAt(3)]);
    expect(ignored).toEqual(['late']);
    expect([state.counts.late, state.counts.accepted]).toEqual([1, 2]);
  });

  it('lets several weak signs suffice, and one not', () => {
    const weak = { state: 'normal' as const, pValue: 2e-6 };
    const two = (second: number) => [
      verdictAt(second, weak),
      windowAt(second, weak),
      windowAt(second + 1, { ...weak, level: 'frequency', detector: 'frequency', finding: 'call-rate' }),
    ];
    const given = fusionConfig({ falseAlertsPerDay: 10 });
    expect(run([verdictAt(1, weak), END], emptyFusionState(), given).changes).toEqual([]);
    const { changes } = run([...two(1), END], emptyFusionState(), given);
    expect(closes(changes)[0]!.incident.levels.map(({ state }) => state)).toEqual(['weak', 'weak', 'weak', 'absent']);
  });

  it('makes no incident of signs alone, however strange, and counts them beside what fired', () => {
    const sign = { sign: true as const, pValue: 1e-12 };
    const signs = Array.from({ length: 5 }, (_, i) => windowAt(10 + i, sign));
    expect(run([...signs, END]).changes).toEqual([]);
    const { changes } = run([...signs, windowAt(16, { finding: 'call-rate' }), END]);
    const [closed] = closes(changes);
    expect(closed!.incident.evidence.every(({ weak }) => weak !== true)).toBe(true);
    expect(closed!.incident.levels.find(({ level }) => level === 'sequence')!.state).toBe('anomalous');
  });

  it('counts weak signs beside what fired, and shows what fired alone', () => {
    const weak = windowAt(20, { state: 'normal', pValue: 1e-4, finding: 'unseen-bag' });
    const { changes } = run([windowAt(1), weak, windowAt(40, { ...weak, finding: 'call-rate' }), END]);
    const { verdicts, anomalous, levels, evidence } = closes(changes)[0]!.incident;
    expect([verdicts, anomalous, levels[0]!.state]).toEqual([3, 1, 'anomalous']);
    expect(evidence.map(({ pValue }) => pValue)).toEqual([1e-6]);
    expect(changes.flatMap((change) => change.evidence).map(({ pValue }) => pValue)).toEqual([1e-6, 1e-6]);
  });

  it('lets gaps and warming windows contribute nothing but their name', () => {
    const { changes } = run([
      windowAt(1, { state: 'gap', pValue: 1e-9 }),
      windowAt(2, { state: 'warming', pValue: 1e-9, level: 'frequency', detector: 'frequency' }),
      verdictAt(2),
      END,
    ]);
    const { levels, anomalous } = closes(changes)[0]!.incident;
    expect([levels.map(({ state }) => state), anomalous]).toEqual([['gap', 'warming', 'anomalous', 'absent'], 1]);
  });

  it('keeps the principals of one finding apart while they are few, and together when they are many', () => {
    const by = (n: number) => Array.from({ length: n }, (_, i) => verdictAt(i / 10, { joins: { session: `s${i}` } }));
    expect(closes(run([...by(3), END]).changes)).toHaveLength(3);
    const many = run([...by(50), END]);
    expect(closes(many.changes)).toHaveLength(1);
    expect(closes(many.changes)[0]!.incident.kind.by).toBe('many');
    const ids = new Set(many.changes.map(({ incident }) => incident.id));
    for (const id of ids)
      expect(many.changes.filter((c) => c.incident.id === id && c.kind === 'close')).toHaveLength(1);
  });

  it('has the severity of what was seen to happen, over all statements, and an estimate only where nothing was', () => {
    const severityOf = (...verdicts: VerdictsRecord[]) => {
      const { severity, impact } = closes(run([...verdicts, END]).changes)[0]!.incident;
      return [severity, impact];
    };
    const wrote = (second: number, ...columns: string[]) =>
      verdictAt(second, { severity: columns.length, impact: { columns } });
    expect(severityOf(verdictAt(1))).toEqual([4, { seen: false, columns: [] }]);
    expect(severityOf(verdictAt(1), wrote(2, 'ssn'))).toEqual([1, { seen: true, columns: ['ssn'] }]);
    expect(severityOf(wrote(1, 'ssn'), wrote(2, 'salary'), wrote(3, 'salary'))).toEqual([
      2,
      { seen: true, columns: ['salary', 'ssn'] },
    ]);
    const reached = verdictAt(4, { severity: 4, impact: { columns: [] } });
    expect(severityOf(wrote(1, 'ssn'), reached)).toEqual([4, { seen: true, columns: ['ssn'] }]);
  });

  it('says of the revision that raises the severity what was told before', () => {
    const severities = [2, 2, 6, 3];
    const { changes } = run([...severities.map((severity, second) => verdictAt(second, { severity })), END]);
    expect(changes.map(({ kind, incident, raisedFrom }) => [kind, incident.severity, raisedFrom])).toEqual([
      ['create', 2, undefined],
      ['update', 2, undefined],
      ['update', 6, 2],
      ['update', 6, undefined],
      ['close', 6, undefined],
    ]);
  });

  it('gives times and counts as they were', () => {
    const { changes } = run([verdictAt(1), verdictAt(7), END]);
    const { firstUs, lastUs, verdicts, severity } = closes(changes)[0]!.incident;
    expect([firstUs - T0, lastUs - T0, verdicts, severity]).toEqual([SECOND, 7 * SECOND, 2, 4]);
  });
});
