import type { K8sAuditEvent } from '@plimsoll/contracts';
import { beforeAll, describe, expect, it } from 'vitest';

import { event, modelOf, quietDay, verdictsOf, type Changes } from './k8s-fixtures.js';
import type { K8sModel } from './model.js';

const NIGHT = 100_000;
const OFFICE = { address: '192.0.2.31' };
const ELSEWHERE = { address: '198.18.7.7' };
const BO = 'bo@example.org';
const CY = 'cy@example.org';

const looks = (who: string, at: number, changes: Changes = {}): K8sAuditEvent =>
  event({ at, who, resource: { group: 'apps', name: 'deployments', namespace: 'red' }, source: OFFICE, ...changes });
const secret = (who: string, at: number, changes: Changes = {}): K8sAuditEvent =>
  looks(who, at, {
    verb: 'get',
    resource: { group: '', name: 'secrets', namespace: 'red', object: 'db' },
    ...changes,
  });

/** Bo works at the office, Cy from wherever she is. */
function day(offset: number, minutes: number): K8sAuditEvent[] {
  const turns = Array.from({ length: minutes * 4 }, (_, n) => offset + n * 15);
  const people = turns.flatMap((at, n) => [
    looks(BO, at),
    looks(CY, at + 1, { source: { address: `203.0.${110 + (n % 5)}.9` } }),
  ]);
  return [...quietDay(offset, minutes), ...people].sort((a, b) => a.timeUs - b.timeUs);
}

let model: K8sModel;
beforeAll(() => {
  model = modelOf(day);
});

const told = (events: readonly K8sAuditEvent[]): string[] =>
  verdictsOf(model, events).flatMap(({ evidence }) => evidence.map(({ observed }) => observed));
const alarms = (events: readonly K8sAuditEvent[]): number => verdictsOf(model, events).length;

describe("a person's credential from a network where nobody of his kind was", () => {
  it('is no alarm by itself, whatever he asks as always', () => {
    expect(alarms([0, 1, 2, 700].map((at) => looks(BO, NIGHT + at, { source: ELSEWHERE })))).toBe(0);
  });

  it('is none when an administrator goes on with his work from elsewhere', () => {
    const work = quietDay(NIGHT, 10).filter(({ user }) => user.name === 'ada@example.org');
    expect(alarms(work.map((one) => ({ ...one, source: ELSEWHERE })))).toBe(0);
  });

  it.each([
    ['a first secret', { name: 'secrets', object: 'db', namespace: 'red' }, 'get'],
    ['a first exec', { name: 'pods', subresource: 'exec', namespace: 'red', object: 'painter-7d9f-abcde' }, 'create'],
  ])('is one with %s, and that is none at the office', (_, resource, verb) => {
    const asked = (source: { address: string }): K8sAuditEvent =>
      looks(BO, NIGHT + 1, { verb, resource: { group: '', ...resource }, source });
    expect(alarms([looks(BO, NIGHT), asked(OFFICE)])).toBe(0);
    expect(told([looks(BO, NIGHT, { source: ELSEWHERE }), asked(ELSEWHERE)])).toContainEqual(
      expect.stringContaining('user:new-network'),
    );
  });

  it('is one with a handful of new reads', () => {
    const kinds = ['serviceaccounts', 'namespaces', 'nodes', 'roles', 'endpoints', 'persistentvolumes'];
    const reads = (source: { address: string }): K8sAuditEvent[] =>
      kinds.map((name, n) => looks(BO, NIGHT + n, { resource: { group: 'x.io', name, namespace: 'ci' }, source }));
    expect(alarms(reads(OFFICE))).toBe(0);
    expect(alarms(reads(ELSEWHERE))).toBeGreaterThan(0);
  });

  it('counts as long as he is there newly, and no longer the next day', () => {
    const later = (seconds: number): K8sAuditEvent[] => [
      looks(BO, NIGHT, { source: ELSEWHERE }),
      secret(BO, NIGHT + seconds, { source: ELSEWHERE }),
    ];
    expect(alarms(later(600))).toBe(1);
    expect(alarms(later(86_400))).toBe(0);
  });

  it('excuses who travels, and where a colleague works', () => {
    expect(told([secret(CY, NIGHT, { source: ELSEWHERE })])).toEqual([]);
    expect(told([secret(BO, NIGHT, { source: { address: '203.0.112.40' } })])).toEqual([]);
  });

  it('says nothing of who was never seen, nor of nobody', () => {
    const nobody = looks('system:anonymous', NIGHT, { source: ELSEWHERE, status: 403 });
    expect([...told([nobody]), ...told([looks('new@example.org', NIGHT, { source: ELSEWHERE })])]).toEqual([]);
  });
});
