import type { WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { caughtEvidence, rememberCaught } from './caught-session.js';
import { startWebState, WebState } from './web-state.js';
import { request } from './web.fixture.js';

const caughtAt = (second: number, path: 'path-traversal' | 'xss' | 'csrf' = 'path-traversal'): WebState => {
  const state = startWebState();
  rememberCaught(state, request({ atMs: second * 1000, sessionBy: 'cookie' }), path);
  return WebState.parse(state);
};
const nats = (
  state: WebState,
  second: number,
  score = 5,
  path: 'ssrf' | 'xss' = 'ssrf',
  sessionBy: WebRequest['sessionBy'] = 'cookie',
): number => caughtEvidence(request({ atMs: second * 1000, sessionBy }), state, path, score)?.weight ?? 0;

describe('a session that was caught at an attack of its own', () => {
  it('is believed another one sooner, less so with every ten minutes', () => {
    expect(nats(caughtAt(10), 20)).toBeCloseTo(10, 0);
    expect(nats(caughtAt(10), 610)).toBeCloseTo(5, 0);
    expect(nats(caughtAt(10), 7_210)).toBeLessThan(0.01);
  });

  it('is not where next to nothing speaks for one', () => {
    expect(nats(caughtAt(10), 20, 2.9)).toBe(0);
  });

  it('is not a victim: whose requests were forged, or made by a script', () => {
    expect(nats(caughtAt(10, 'csrf'), 20)).toBe(0);
    expect(nats(caughtAt(10, 'xss'), 20)).toBe(0);
    expect(nats(caughtAt(10), 20, 5, 'xss')).toBe(0);
  });

  it('is none that goes by an address, which many may share', () => {
    expect(nats(caughtAt(10), 20, 5, 'ssrf', 'client')).toBe(0);
  });

  it('says when and of what', () => {
    const found = caughtEvidence(request({ atMs: 42_000, sessionBy: 'cookie' }), caughtAt(12), 'ssrf', 5)!;
    expect(found.evidence.observed).toBe('the same session was caught at path-traversal 30 s before');
  });
});
