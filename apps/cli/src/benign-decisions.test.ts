import type { AuditEntry } from '@plimsoll/incidents';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { expect, it } from 'vitest';

import { benignBy, spansOf } from './benign-decisions.js';

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

it('takes what came after somebody called an incident benign for no part of what is benign', () => {
  const first = incidentAlert('one');
  const { start_time } = first;
  const end_time = start_time + 60_000;
  const alert = { ...first, end_time };
  const spans = (at_ms: number, benign = true) => {
    const decisions = [{ status: 'benign' as const, by: 'ann', at_ms, note: '', sequence: 1 }];
    return spansOf({ id: 'one', alert, decisions }, benign).map((span) => [span.startUs, span.endUs, span.benign]);
  };
  const [start, end] = [start_time * 1_000, (end_time + 1) * 1_000];
  expect(spans(end_time + 1)).toEqual([[start, end, true]]);
  expect(spans(start_time + 1, false)).toEqual([[start, end, false]]);
  const middle = (start_time + 1) * 1_000;
  expect(spans(start_time + 1)).toEqual([
    [start, middle, true],
    [middle, end, false],
  ]);
});
