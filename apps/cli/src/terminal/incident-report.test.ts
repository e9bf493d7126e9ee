import { incidentAlert } from '@plimsoll/incidents/testing';
import { decisionAlert } from '@plimsoll/pipelines';
import { expect, it } from 'vitest';

import { describeIncident } from './incident-report.js';

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g');
const lines = (text: string): string[] => text.replaceAll(ESCAPES, '').split('\n');

it('says what, where, by whom, at which levels, why, and what somebody decided', () => {
  const alert = incidentAlert('injection', { evidence: 5 });
  const decision = { status: 'benign' as const, by: 'ann', at_ms: 1, note: 'our\u001b[31m scanner', sequence: 1 };
  const plain = lines(describeIncident({ ...alert, unmapped: { ...alert.unmapped, principals: ['session:mallory'] } }));
  expect(plain[3]).toMatch(/^ {2}on web; containers /);
  expect(plain[4]).toBe('  by session:mallory');
  expect(plain.some((line) => line.includes('benign'))).toBe(false);
  const decided = lines(describeIncident(decisionAlert(alert, decision)));
  expect(decided).toContain('  benign by ann: our·[31m scanner');
});
