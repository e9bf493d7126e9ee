import type { WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { sum } from '../scoring/weighted-evidence.js';
import { FLOOR_NATS } from '../events/threshold.js';
import { learnRequest, scoreRequest } from './web-scorer.js';
import { startWebState } from './web-state.js';
import { parameter, request } from './web.fixture.js';

const closed = { outline: 'update accounts set * where id = ?', writes: true, columnsWritten: ['open'], failed: false };
const browser = { fetchSite: 'none', referer: 'absent', fetchDest: 'document' } as const;

function out(atMs: number, shape: string, parts: Partial<WebRequest> = {}): WebRequest {
  const to = parameter({ name: 'to', where: 'query', form: 'phrase', shape });
  return request({ ...browser, atMs, path: '/out', status: 302, parameters: [to], ...parts });
}

function close(atMs: number, parts: Partial<WebRequest> = {}): WebRequest {
  return request({ ...browser, atMs, path: '/account/close', status: 302, statements: [closed], ...parts });
}

/** People who follow links of the application to pages and to other sites, and some who close an account by its page. */
function learned(): SmoothedCounts {
  const table = new SmoothedCounts();
  for (let i = 0; i < 60; i++) {
    const state = startWebState();
    const at = i * 100_000;
    learnRequest(table, request({ atMs: at }), state);
    learnRequest(table, out(at + 3_000, i % 2 === 0 ? '/a' : 'a://a.a/a', { referer: 'same' }), state);
    learnRequest(table, request({ atMs: at + 3_050, path: '/news', referer: 'same' }), state);
    learnRequest(table, request({ atMs: at + 9_000, path: '/account' }), state);
    if (i < 8)
      learnRequest(
        table,
        close(at + 14_000, { referer: 'same', refererPath: '/account', fetchSite: 'same-origin' }),
        state,
      );
  }
  return table;
}

describe('a redirect of the application', () => {
  const table = learned();
  const after = (first: WebRequest, then: WebRequest): number => {
    const state = startWebState();
    scoreRequest(table, request({ atMs: 0 }), state);
    scoreRequest(table, first, state);
    return scoreRequest(table, then, state).score;
  };

  it('that a parameter leads to what changes data is told, though no other site shows', () => {
    expect(after(out(5_000, '/a/a'), close(5_040))).toBeGreaterThan(FLOOR_NATS);
  });

  it('is nothing where it leads to a page, or where the change follows later', () => {
    expect(after(out(5_000, '/a'), request({ ...browser, atMs: 5_040, path: '/news' }))).toBe(0);
    expect(after(out(5_000, '/a'), close(25_000))).toBeLessThan(FLOOR_NATS - 2);
  });

  it('is nothing where no parameter of it holds an address', () => {
    expect(after(out(5_000, 'a9'), close(5_040))).toBeLessThan(FLOOR_NATS - 2);
  });

  it('is nothing where learning saw it lead there', () => {
    const used = learned();
    for (let i = 0; i < 10; i++) {
      const state = startWebState();
      learnRequest(used, out(i * 100_000, '/a/a'), state);
      learnRequest(used, close(i * 100_000 + 40), state);
    }
    const state = startWebState();
    scoreRequest(used, out(5_000, '/a/a'), state);
    const { observations } = scoreRequest(used, close(5_040), state);
    expect(observations.map(({ evidence }) => evidence.kind)).not.toContain('redirected');
    expect(sum(observations)).toBeLessThan(FLOOR_NATS - 2);
  });
});
