import { incidentAlert } from '@plimsoll/incidents/testing';
import { decisionAlert } from '@plimsoll/pipelines';
import { expect, it } from 'vitest';

import { asEnded, ChangeTeller, describeIncident } from './incident-report.js';

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

it('names the page and the client of what told most', () => {
  const alert = incidentAlert('injection');
  const [evidence] = alert.evidences;
  const asked = {
    ...evidence!,
    http_request: { ...evidence!.http_request!, user_agent: 'probe\u001b[31m/1.0' },
    actor: { user: { name: 'ann' } },
  };
  expect(lines(describeIncident({ ...alert, evidences: [asked] }))).toContain(
    '  request: GET /search, parameter q, from 192.0.2.1, account ann, agent probe·[31m/1.0',
  );
});

it('shows of each finding what is strongest before more of one', () => {
  const alert = incidentAlert('injection', { evidence: 5 });
  const told = ['shares', 'shares', 'shares', 'statement', 'shares'];
  const evidences = alert.evidences.map((one, i) => ({
    ...one,
    data: { ...one.data, finding: told[i]!, observed: `${i}`, p_value: told[i] === 'shares' ? 10 ** -i : 0.5 },
  }));
  const shown = lines(describeIncident({ ...alert, evidences })).filter((line) => / {2}[-…] /.test(line));
  expect(shown.map((line) => line.replace(/ \d{4}-\S+/, ''))).toEqual([
    '  - web, shares: 2',
    '  - web, statement: 3',
    '  - web, shares: 4',
    '  … and 2 more observations',
  ]);
});

it('tells with each change what no message before it had', () => {
  const teller = new ChangeTeller();
  const first = incidentAlert('injection', { evidence: 2 });
  const later = incidentAlert('injection', { revision: 2, activity: 2, evidence: 5, raisedFrom: 3 });
  const seen = later.evidences.map((one, i) => ({
    ...one,
    data: { ...one.data, observed: i < 2 ? 'id\u001b[2J of a table' : `sort ${i}` },
  }));
  expect(teller.words(first)).toMatch(/^New: /);
  const [update, ...news] = lines(teller.words({ ...later, evidences: [...first.evidences, ...seen] }));
  expect(update).toMatch(/^Update: injection {2}[0-9a-f]{32}, severity 4 \(was 3\), 2 verdicts, until 2026-/);
  expect(news.map((line) => line.replace(/ \d{4}-\S+/, ''))).toEqual([
    '  + web, parameter-shape: id·[2J of a table (2 times)',
    '  + web, parameter-shape: sort 2',
    '  + web, parameter-shape: sort 3',
    '  … and 1 more',
  ]);
  expect(lines(teller.words({ ...later, evidences: [...first.evidences, ...seen] }))).toHaveLength(1);
});

it('tells a decision once, and after it what is new alone', () => {
  const teller = new ChangeTeller();
  const decision = { status: 'benign' as const, by: 'ann', at_ms: 1, note: 'ours', sequence: 1 };
  const seen = (revision: number, evidence: number): Parameters<typeof decisionAlert>[0] =>
    incidentAlert('injection', { revision, activity: 2, evidence });
  teller.words(incidentAlert('injection', { evidence: 2 }));
  expect(teller.words(decisionAlert(seen(2, 2), decision))).toMatch(/: benign by ann/);
  expect(lines(teller.words(seen(3, 3)))).toHaveLength(2);
  expect(teller.words(decisionAlert(seen(3, 3), decision))).toBe('');
  expect(teller.words(decisionAlert(seen(3, 3), { ...decision, sequence: 2 }))).not.toBe('');
});

it('says that watching ended, and not that nothing came for minutes, where it did', () => {
  const closed = { ...incidentAlert('injection', { activity: 3 }), status_detail: 'nothing was added for 5 minutes' };
  const words = (lastUs: number): string => new ChangeTeller().words(asEnded(closed, lastUs));
  expect(words(closed.time * 1_000 - 1)).toMatch(/^Over: .*: still open when watching ended$/);
  expect(words(closed.time * 1_000)).toMatch(/^Over: .*: nothing was added for 5 minutes$/);
  const merged = { ...incidentAlert('part', { activity: 3, mergedInto: 'whole' }), status_detail: 'part of another' };
  expect(new ChangeTeller().words(asEnded(merged, 0))).toMatch(/^Merged: .*: part of another$/);
});
