import { describe, expect, it } from 'vitest';

import { incidentsAsActions, scoreEpisode, shifted, type Action, type AlertEvidence } from './action-scoring.js';

const S = 1_000_000;
const action = (startS: number, endS: number): Action => ({
  path: 'sqli',
  kind: 'union',
  severity: 1,
  startUs: startS * S,
  endUs: endS * S,
});
const seen = (timeS: number, path: AlertEvidence['path'] = 'sqli'): AlertEvidence => ({
  timeUs: timeS * S,
  path,
  incident: `i${timeS}`,
  severity: 3,
  estimated: false,
});

describe('scoring by attack action', () => {
  // action      |--10──10.5--|
  // widened   9.9 ─────────── 11.5
  it('counts evidence inside the widened interval, bounds included', () => {
    for (const at of [9.9, 10, 11.5]) {
      expect(scoreEpisode([action(10, 10.5)], [seen(at)]).actions[0]!.found?.timeUs).toBe(at * S);
    }
    for (const at of [9.89, 11.51]) {
      const score = scoreEpisode([action(10, 10.5)], [seen(at)]);
      expect(score.actions[0]!.found).toBeUndefined();
      expect(score.falseAlerts).toHaveLength(1);
    }
  });

  it('counts one false alert for evidence at most 5 s apart, two beyond that', () => {
    expect(scoreEpisode([], [seen(1), seen(6), seen(11)]).falseAlerts).toHaveLength(1);
    expect(scoreEpisode([], [seen(1), seen(6.001)]).falseAlerts).toHaveLength(2);
  });

  it('forgives a cluster that touches an action', () => {
    expect(scoreEpisode([action(10, 10)], [seen(10), seen(14)]).falseAlerts).toHaveLength(0);
  });

  it('says whether the path was named', () => {
    const { actions } = scoreEpisode([action(10, 10)], [seen(10, 'unknown'), seen(10.2, 'sqli')]);
    expect(actions[0]!.named).toBe(true);
    expect(scoreEpisode([action(10, 10)], [seen(10, 'xss')]).actions[0]!.named).toBe(false);
  });

  it('takes the severity from the nearest evidence of its path, what was seen before what was estimated', () => {
    const reported = (...evidence: AlertEvidence[]) => scoreEpisode([action(10, 10.5)], evidence).actions[0]!.reported;
    expect(reported()).toBeUndefined();
    expect(reported({ ...seen(10.2), severity: 2 }, { ...seen(11), severity: 6 })).toBe(2);
    expect(reported({ ...seen(10.2), severity: 2 }, { ...seen(10.3), severity: 5, estimated: true })).toBe(2);
    expect(reported({ ...seen(10.2), severity: 2 }, { ...seen(10.3), severity: 5 })).toBe(5);
    expect(reported({ ...seen(10.2), severity: 2 }, { ...seen(10.3, 'xss'), severity: 5 })).toBe(2);
  });

  it('compares each incident once, with the highest label among its actions', () => {
    const labelled = (at: number, severity: number): Action => ({ ...action(at, at), severity });
    const of = (at: number): AlertEvidence => ({ ...seen(at), incident: 'one', severity: 5 });
    const { actions } = incidentsAsActions(
      [labelled(10, 2), labelled(20, 5), labelled(30, 6)],
      [of(10), of(20), { ...seen(20, 'xss'), incident: 'other' }, { ...seen(50), incident: 'false' }],
    );
    expect(actions.map(({ action: { severity }, reported }) => [severity, reported])).toEqual([[5, 5]]);
  });

  it('shifts labels for the level of coincidence', () => {
    expect(scoreEpisode(shifted([action(10, 10)], 7 * S), [seen(10)]).actions[0]!.found).toBeUndefined();
  });
});
