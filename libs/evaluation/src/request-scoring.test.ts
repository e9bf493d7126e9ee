import { describe, expect, it } from 'vitest';

import type { Action } from './action-scoring.js';
import { scoreRequests, type NamedEvent } from './request-scoring.js';

const S = 1_000_000;
const action = (startS: number, endS: number): Action => ({
  path: 'xss',
  kind: 'stored-fire',
  severity: 1,
  startUs: startS * S,
  endUs: endS * S,
});
const named = (timeS: number, parts: Partial<NamedEvent> = {}): NamedEvent => ({
  id: `event at ${timeS}`,
  timeUs: Math.round(timeS * S),
  saidUs: Math.round(timeS * S),
  window: false,
  incident: `incident at ${timeS}`,
  path: 'xss',
  ...parts,
});
const counts = (evidence: readonly NamedEvent[]): readonly [boolean, number, number] => {
  const { actions, falseEvents, falseIncidents } = scoreRequests([action(10, 10.5)], evidence);
  return [actions[0]!.detected, falseEvents, falseIncidents];
};

describe('scoring by request', () => {
  // action                |--10──10.5--|
  // detects            9.95 ────────── 10.55
  // echo          9.7 ─────────────────────────── 11.5
  it('detects by an event in the interval itself, not by one in its echo', () => {
    for (const at of [9.95, 10, 10.55]) expect(counts([named(at)])).toEqual([true, 0, 0]);
    for (const at of [9.7, 9.94, 10.56, 11.5]) expect(counts([named(at)])).toEqual([false, 0, 0]);
    for (const at of [9.69, 11.51]) expect(counts([named(at)])).toEqual([false, 1, 1]);
  });

  it('detects by a window of calls that ends within a second', () => {
    for (const at of [9, 11.5]) expect(counts([named(at, { window: true })])).toEqual([true, 0, 0]);
    for (const at of [8.99, 11.51]) expect(counts([named(at, { window: true })])).toEqual([false, 1, 1]);
  });

  it('takes a time on a whole second for any in that second', () => {
    expect(counts([named(9)])).toEqual([false, 0, 0]);
    expect(counts([named(9.000001)])).toEqual([false, 1, 1]);
    expect(counts([named(8)])).toEqual([false, 1, 1]);
    expect(counts([named(12)])).toEqual([false, 1, 1]);
  });

  it('counts an event once however often it is named, and an incident that touches an action as true', () => {
    expect(counts([named(3, { id: 'a' }), named(3, { id: 'a', incident: 'other' })])).toEqual([false, 1, 2]);
    expect(counts([named(10, { incident: 'one' }), named(3, { incident: 'one' })])).toEqual([true, 1, 0]);
  });

  it('names an action by the incidents that detect it', () => {
    const { actions } = scoreRequests(
      [action(10, 10.5), action(20, 20.5)],
      [named(10, { path: 'sqli' }), named(10.1), named(20, { path: 'sqli' })],
    );
    expect(actions.map((scored) => scored.named)).toEqual([true, false]);
  });

  it('tells when the first of it could be said, which a window that ended before the request cannot', () => {
    const said = (evidence: readonly NamedEvent[]): number | undefined =>
      scoreRequests([action(10, 10.5)], evidence).actions[0]!.saidUs;
    expect(said([named(10, { saidUs: 10.4 * S }), named(9.5, { window: true }), named(11, { window: true })])).toBe(
      10.4 * S,
    );
    expect(said([named(9.5, { window: true })])).toBeUndefined();
  });
});
