import { K8sAuditEvent } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { context, rawEvent } from './audit-fixtures.js';
import { AuditNormaliser } from './audit-normaliser.js';

const SECRET = 'hunter2-hunter2';

const bodies: readonly Record<string, unknown>[] = [
  {
    objectRef: { resource: 'secrets', namespace: 'red', name: 'db' },
    verb: 'create',
    requestObject: { data: { k: SECRET }, stringData: { k: SECRET } },
    responseObject: { items: [{ data: { k: SECRET } }] },
  },
  {
    objectRef: { resource: 'configmaps', namespace: 'red', name: 'c' },
    verb: 'patch',
    requestObject: [{ op: 'add', path: '/data/x', value: `#!/bin/sh\n${SECRET} | sh` }],
  },
  {
    objectRef: { resource: 'pods', namespace: 'red', name: 'p' },
    verb: 'create',
    requestObject: {
      spec: {
        containers: [{ image: 'i', command: ['sh', '-c', SECRET], env: [{ name: 'P', value: SECRET }] }],
        volumes: [{ hostPath: { path: '/etc' } }],
      },
    },
  },
  {
    objectRef: { resource: 'clusterroles', apiGroup: 'rbac.authorization.k8s.io', name: 'r' },
    verb: 'create',
    requestObject: { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] },
  },
  {
    objectRef: { resource: 'serviceaccounts', namespace: 'red', name: 's', subresource: 'token' },
    verb: 'create',
    responseObject: { status: { token: SECRET } },
  },
];

/** Puts `value` at a path of keys that exist in `target`, chosen by `turns`. */
function mutate(target: unknown, turns: readonly number[], value: unknown): unknown {
  if (turns.length === 0 || typeof target !== 'object' || target === null) return value;
  const keys = Object.keys(target);
  const key = keys[turns[0]! % Math.max(keys.length, 1)];
  if (key === undefined) return value;
  const copy: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  copy[key] = mutate(copy[key], turns.slice(1), value);
  return Array.isArray(target) ? Object.values(copy) : copy;
}

describe('mutated audit events', () => {
  it('neither throw, nor take long, nor let a secret out', () => {
    const junk = fc.oneof(
      fc.anything({ maxDepth: 3 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constant('a'.repeat(3_000)),
      fc.constantFrom(-1, 1e308, '__proto__', '\u0000', []),
    );
    const mutation = fc.record({ turns: fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), junk });
    let slowestMs = 0;
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(mutation, { maxLength: 4 }), (body, mutations) => {
        const normaliser = new AuditNormaliser(context('strict'));
        let raw: unknown = rawEvent(body);
        for (const { turns, junk: value } of mutations) raw = mutate(raw, turns, value);
        const started = performance.now();
        const items = [...normaliser.take(raw, Buffer.from('one')), ...normaliser.end()];
        slowestMs = Math.max(slowestMs, performance.now() - started);
        for (const item of items) {
          if (item.type !== 'event') continue;
          K8sAuditEvent.parse(item.event);
          expect(JSON.stringify(item.event)).not.toContain(SECRET);
        }
      }),
      { numRuns: 1_000, seed: 11 },
    );
    expect(slowestMs).toBeLessThan(250);
  }, 60_000);
});
