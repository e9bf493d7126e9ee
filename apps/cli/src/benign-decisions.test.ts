import type { AuditEntry } from '@plimsoll/incidents';
import { expect, it } from 'vitest';

import { benignBy } from './benign-decisions.js';

const entry = (change: Partial<AuditEntry>): AuditEntry => ({
  id: 'e',
  atMs: 1,
  by: 'ann',
  role: 'analyst',
  action: 'incident.status',
  target: 'one',
  detail: 'benign: our scanner',
  ...change,
});
const decided = (id: string, by: string, status: 'benign' | 'resolved' = 'benign') => ({
  id,
  status,
  decisions: [{ status, by, at_ms: 1, note: '', sequence: 1 }],
});

it('takes an incident for benign only where the audit trail shows who decided so', () => {
  const benign = benignBy([entry({}), entry({ target: 'three', detail: 'resolved: benign: no' })]);
  expect(benign(decided('one', 'ann'))).toBe('yes');
  expect(benign(decided('one', 'ann', 'resolved'))).toBe('no');
  // Written into the topic by somebody: another incident, another name, another decision.
  expect(benign(decided('two', 'ann'))).toBe('untrailed');
  expect(benign(decided('one', 'eve'))).toBe('untrailed');
  expect(benign(decided('three', 'ann'))).toBe('untrailed');
});
