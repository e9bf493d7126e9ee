import type { WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { sum } from '../scoring/weighted-evidence.js';
import { FLOOR_NATS } from '../events/threshold.js';
import { foreignSiteEvidence } from './foreign-site.js';
import { learnOrigin, originEvidence } from './origin-evidence.js';
import { request } from './web.fixture.js';
import { startWebState } from './web-state.js';

/** People who read 1,200 pages, sign in 16 times and send the form of `/edit` as often as is said. */
function learned(edits: number): SmoothedCounts {
  const table = new SmoothedCounts();
  const learn = (times: number, method: string, path: string): void => {
    for (let i = 0; i < times; i++)
      learnOrigin(table, request({ atMs: i, method, path, origin: 'same' }), startWebState());
  };
  learn(1_200, 'GET', '/directory');
  learn(16, 'POST', '/login');
  learn(edits, 'POST', '/edit');
  return table;
}

const subscribed = {
  outline: 'insert into readers ( mail ) values ( ? )',
  writes: true,
  columnsWritten: ['mail'],
  failed: false,
};

const cancelled = {
  outline: 'delete from lesson where id = ?',
  writes: true,
  columnsWritten: [],
  failed: false,
};

const forged = { atMs: 1, fetchSite: 'cross-site', origin: 'foreign', referer: 'foreign' } as const;

describe('a change that another site sends', () => {
  it.each([0, 1, 3, 20])('is above the line where %i of its kind were learned', (edits) => {
    const observations = foreignSiteEvidence(learned(edits), request({ ...forged, method: 'POST', path: '/edit' }));
    expect(sum(observations)).toBeGreaterThan(FLOOR_NATS);
  });

  it('is as strange from another origin of the same site, unless learning saw such', () => {
    const sibling = {
      ...forged,
      fetchSite: 'absent',
      origin: 'same-site',
      referer: 'same-site',
      foreignSite: 'a',
    } as const;
    const post = request({ ...sibling, method: 'POST', path: '/edit' });
    const score = (table: SmoothedCounts): number => sum(originEvidence(table, post, startWebState(), true));
    expect(score(learned(20))).toBeGreaterThan(FLOOR_NATS);
    const used = learned(20);
    for (let i = 0; i < 20; i++) learnOrigin(used, { ...post, id: `s${i}` }, startWebState());
    expect(score(used)).toBeLessThan(4);
  });

  it('is told by the sites that users come from to any page', () => {
    const link = (site: string) => request({ ...forged, origin: 'absent', path: '/directory', foreignSite: site });
    const table = learned(3);
    for (let i = 0; i < 40; i++) learnOrigin(table, link(`mail${i % 3}`), startWebState());
    const score = (site: string): number =>
      sum(foreignSiteEvidence(table, request({ ...forged, method: 'POST', path: '/edit', foreignSite: site })));
    expect(score('elsewhere')).toBeGreaterThan(score('mail1') + 5);
  });

  it('is no stranger for an action that users ask for all day', () => {
    const table = learned(0);
    const kinds = (path: string): string[] =>
      foreignSiteEvidence(table, request({ ...forged, method: 'POST', path })).map(({ evidence }) => evidence.kind);
    expect(kinds('/edit')).toContain('seldom-action');
    for (let i = 0; i < 3_000; i++)
      learnOrigin(table, request({ atMs: i, method: 'POST', path: '/busy', origin: 'same' }), startWebState());
    expect(kinds('/busy')).not.toContain('seldom-action');
  });

  it('is not stranger for a link, which leads to what nobody asked for every day', () => {
    const observations = foreignSiteEvidence(learned(0), request({ ...forged, path: '/close', fetchMode: 'navigate' }));
    expect(observations.map(({ evidence }) => evidence.kind)).not.toContain('seldom-action');
  });

  it('is told of a link to what the own pages seldom use, where browsers do not say that it was clicked', () => {
    const table = learned(0);
    for (let i = 0; i < 4; i++)
      learnOrigin(table, request({ atMs: i, path: '/lessons/cancel', statements: [cancelled] }), startWebState());
    for (let i = 0; i < 20; i++)
      learnOrigin(
        table,
        request({ ...forged, atMs: i, origin: 'absent', path: '/directory', foreignSite: `known${i % 2}` }),
        startWebState(),
      );
    const link = { ...forged, origin: 'absent', path: '/lessons/cancel', foreignSite: 'stranger' } as const;
    const plain = { ...link, fetchSite: 'absent', fetchMode: 'absent', fetchDest: 'document' } as const;
    expect(sum(foreignSiteEvidence(table, request(plain)))).toBeGreaterThan(FLOOR_NATS);
    const clicked = { ...link, fetchMode: 'navigate', fetchDest: 'document', fetchUser: true } as const;
    expect(sum(foreignSiteEvidence(table, request(clicked)))).toBeLessThan(FLOOR_NATS - 1);
  });

  it('is told where a browser that shows its origin hides it, of an action that is seldom used', () => {
    const table = learned(3);
    const state = startWebState();
    state.origin = { sent: 9, missing: 0 };
    state.referer = { sent: 9, missing: 0 };
    const hidden = { atMs: 1, fetchSite: 'absent', origin: 'null', referer: 'absent', method: 'POST' } as const;
    const score = (path: string): number => sum(originEvidence(table, request({ ...hidden, path }), state, true));
    for (let i = 0; i < 600; i++)
      learnOrigin(table, request({ atMs: i, method: 'POST', path: '/busy', origin: 'same' }), startWebState());
    expect(score('/edit')).toBeGreaterThan(score('/busy') + 1);
    expect(score('/edit')).toBeGreaterThan(FLOOR_NATS);
  });

  describe('of an action that pages of partners link to', () => {
    const partner = { ...forged, origin: 'absent', path: '/subscribe', foreignSite: 'partner' } as const;
    const clicked = { ...partner, fetchMode: 'navigate', fetchDest: 'document', fetchUser: true } as const;
    const shown = { ...partner, fetchMode: 'no-cors', fetchDest: 'image' } as const;
    const table = learned(0);
    for (let i = 0; i < 40; i++)
      learnOrigin(table, request({ ...clicked, atMs: i, statements: [subscribed] }), startWebState());
    const score = (parts: Partial<WebRequest>): number =>
      sum(foreignSiteEvidence(table, request({ ...parts, atMs: 99 })));

    it('is nothing where it is followed', () => {
      expect(score(clicked)).toBeLessThan(0);
    });

    it('is above a weak sign where the partner shows it as an image, and told where a stranger does', () => {
      expect(score(shown)).toBeGreaterThan(7);
      expect(score({ ...shown, foreignSite: 'stranger' })).toBeGreaterThan(FLOOR_NATS);
    });

    it('is nothing as an image where pages show it so', () => {
      const counted = learned(0);
      for (let i = 0; i < 40; i++)
        learnOrigin(counted, request({ ...shown, atMs: i, statements: [subscribed] }), startWebState());
      expect(sum(foreignSiteEvidence(counted, request(shown)))).toBeLessThan(1);
    });
  });
});
