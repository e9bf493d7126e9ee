import type { AttackPath, WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { fitCalibration } from '../calibration/index.js';
import { evidenceOf } from '../scoring/weighted-evidence.js';

import { withEarlier } from './weak-requests.js';
import type { ScoredRequest } from './web-scorer.js';
import { startWebState, WebState } from './web-state.js';
import { parameter, request } from './web.fixture.js';

const THRESHOLD = 10;
/** A thousand quiet requests: what one in a thousand reaches is less than the least that counts. */
const calibration = fitCalibration([Array.from({ length: 1000 }, (_, n) => (n % 100 === 0 ? 3 : 0))]);

function fetches(second: number, length: number, parts: Partial<WebRequest> = {}): WebRequest {
  return request({ atMs: second * 1000, path: '/preview', parameters: [parameter({ name: 'url', length })], ...parts });
}

function scored(event: WebRequest, score: number, path: AttackPath = 'ssrf'): ScoredRequest {
  const evidence = evidenceOf(event, 'address-in-parameter', 'an inner address', 'none', score);
  return {
    path,
    finding: 'x',
    score,
    observations: [{ path, weight: score, evidence, parameter: 'url' }],
    changes: false,
  };
}

/** Which of the requests, by index, reach the threshold, with the earlier ones that each names. */
function told(events: readonly WebRequest[], score: number, path?: AttackPath, state = startWebState()) {
  return events.flatMap((event, index) => {
    const result = withEarlier(scored(event, score, path), event, state, calibration, THRESHOLD);
    WebState.parse(state);
    const earlier = result.observations
      .slice(1)
      .map(({ evidence }) => events.findIndex(({ id }) => id === evidence.event));
    return result.score >= THRESHOLD ? [[index, earlier]] : [];
  });
}

describe('requests of one session that are weak alone', () => {
  const five = [0, 1, 2, 3, 4].map((n) => fetches(n * 10, 20 + n));

  it('add up, and the one that reaches the line names those before', () => {
    expect(told(five, 8.5)).toEqual([
      [2, [0, 1]],
      [3, []],
      [4, []],
    ]);
  });

  it('do not where each is what one in a thousand benign requests is', () => {
    expect(told(five, 6.9)).toEqual([]);
  });

  it('do not where they are one request again and again', () => {
    expect(
      told(
        [0, 1, 2, 3, 4, 5, 6].map((n) => fetches(n * 10, 20)),
        9.5,
      ),
    ).toEqual([]);
  });

  it('do not where a victim sends them', () => {
    expect(told(five, 9.5, 'csrf')).toEqual([]);
    expect(told(five, 9.5, 'xss')).toEqual([]);
  });

  it('do not hours apart', () => {
    expect(
      told(
        [0, 1, 2, 3].map((n) => fetches(n * 7200, 20 + n)),
        8.5,
      ),
    ).toEqual([]);
  });

  it('are named by a strong one of the same session', () => {
    const state = startWebState();
    expect(told(five.slice(0, 1), 8, 'ssrf', state)).toEqual([]);
    const strong = fetches(60, 40);
    const result = withEarlier(scored(strong, 14), strong, state, calibration, THRESHOLD);
    expect(result.observations.slice(1).map(({ evidence }) => evidence.event)).toEqual([five[0]!.id]);
  });

  it('are remembered in little, however many there are', () => {
    const state = startWebState();
    told(
      Array.from({ length: 500 }, (_, n) => fetches(n, n)),
      7.01,
      'ssrf',
      state,
    );
    expect(JSON.stringify(state.leanings).length).toBeLessThan(2_000);
  });
});
