import { describe, expect, it } from 'vitest';

import {
  api,
  exchange,
  Ferry,
  freshCookie,
  inOrder,
  people,
  secondStep,
  signIn,
  voucher,
  type Who,
} from './guessing.fixture.js';

const ferry = new Ferry();
const T = 10_000_000;
const GUESSER: Who = { from: '192.0.2.66', agent: 'guess/1' };
/** Of the office's people: their address and browser. */
const INSIDER: Who = { from: '198.51.100.7' };

type Exchanges = ReturnType<typeof people>;
const many = (count: number, everyMs: number, one: (atMs: number, i: number) => Exchanges): Exchanges =>
  Array.from({ length: count }, (_, i) => one(T + i * everyMs, i)).flat();

const passwords =
  (who: Who) =>
  (atMs: number, i: number): Exchanges =>
    signIn(atMs, who, 'ann@ferry.test', `guess-${i}`, false);
const spray =
  (who: Who) =>
  (atMs: number, i: number): Exchanges =>
    signIn(atMs, who, `staff${i}@ferry.test`, 'Summer2026', false);

/** Verdicts of guessing, and the share of the tries, which are answered as `failing`, that any verdict names. */
function shareTold(tries: Exchanges, isTry: (path: string, method: string) => boolean, beside: Exchanges = []) {
  const agent = tries[0]!.request.headers.find(([name]) => name === 'User-Agent')![1];
  const ids = new Set(tries.map(({ connection }) => connection));
  const { asked, verdicts, named } = ferry.told([...beside, ...tries]);
  const own = asked.filter(({ connection, path, method }) => ids.has(connection!) && isTry(path, method));
  const others = asked.filter(({ connection, id }) => !ids.has(connection!) && named.has(id));
  expect(own.every(({ client }) => client?.agent === agent)).toBe(true);
  return {
    share: own.filter(({ id }) => named.has(id)).length / own.length,
    others: others.length,
    paths: new Set(verdicts.map(({ path }) => path)),
    verdicts,
  };
}

const atSignIn = (path: string, method: string): boolean => path === '/sign-in' && method === 'POST';

describe('who begins anew with each try', () => {
  it.each([
    ['passwords, two a second', many(24, 500, passwords(GUESSER))],
    ['passwords, one every 20 seconds', many(24, 20_000, passwords(GUESSER))],
    ['a password on many accounts', many(24, 2_000, spray(GUESSER))],
    ['a password on many accounts, one every 20 seconds', many(24, 20_000, spray(GUESSER))],
    ["passwords, from the office, with the office's browser", many(24, 1_000, passwords(INSIDER))],
  ])('is told: %s', (_, tries) => {
    const { share, others, paths } = shareTold(tries, atSignIn, people(T - 200_000, 60, 500));
    expect(share).toBeGreaterThan(0.9);
    expect(others).toBeLessThanOrEqual(1);
    expect(paths).toEqual(new Set(['credential-guessing']));
  });

  it('is one client, not a session for each try, and the tries before are named once', () => {
    const { verdicts } = shareTold(many(24, 2_000, passwords(GUESSER)), atSignIn);
    expect(new Set(verdicts.map(({ joins }) => joins.client)).size).toBe(1);
    expect(verdicts.every(({ joins }) => joins.client !== undefined && joins.session === undefined)).toBe(true);
    const named = verdicts.flatMap(({ evidence }) => evidence.map(({ event }) => event));
    expect(new Set(named).size).toBe(named.length);
    expect(verdicts[0]!.evidence[0]!.observed).toMatch(
      /failed tries in a row at POST \/sign-in by one client in \d+ sessions/,
    );
  });

  it('is told when a guess got in, and people at the same address are not', () => {
    const tries = many(20, 1_000, passwords(INSIDER));
    const found = signIn(T + 20_500, INSIDER, 'ann@ferry.test', 'guess-20', true);
    const other = signIn(T + 20_700, INSIDER, 'eve@ferry.test', 'her-own', true);
    const later = signIn(T + 50_000, INSIDER, 'ann@ferry.test', 'her-own', true);
    const { verdicts } = ferry.told([...tries, ...found, ...other, ...later]);
    expect(verdicts.filter(({ finding }) => finding === 'credential-found')).toHaveLength(1);
  });

  it.each([
    ['tokens', (at: number, i: number) => [api(at, GUESSER, `guess${i}zyxwvutsrqponm`, 401)], 500],
    [
      'tokens, refused by 403, one every 5 seconds',
      (at: number, i: number) => [api(at, GUESSER, `g${i}zyxwvutsrqpon`, 403)],
      5_000,
    ],
    ['codes, led back', (at: number, i: number) => [secondStep(at, GUESSER, `77${1_000 + i}`, false)], 700],
    [
      'codes, one every 15 seconds',
      (at: number, i: number) => [secondStep(at, GUESSER, `77${1_000 + i}`, false)],
      15_000,
    ],
    ['vouchers in the path', (at: number, i: number) => [voucher(at, GUESSER, `SUN${i}K`, 404)], 900],
    [
      'keys in a header',
      (at: number, i: number) => [
        exchange({ atMs: at, ...GUESSER, target: '/api/trips', headers: [['X-Api-Key', `k-${i}-77`]], status: 401 }),
      ],
      900,
    ],
    [
      'keys as a parameter',
      (at: number, i: number) => [
        exchange({ atMs: at, ...GUESSER, target: `/api/trips?api_key=k-${i}-77`, status: 403 }),
      ],
      900,
    ],
  ])('is told: %s', (_, one, everyMs) => {
    const { share, others } = shareTold(many(26, everyMs, one), () => true, people(T - 200_000, 60, 500));
    expect(share).toBeGreaterThan(0.9);
    expect(others).toBe(0);
  });
});

describe('honest people and programs', () => {
  const quiet = (exchanges: Exchanges): void => {
    const { verdicts } = ferry.told(exchanges);
    expect(verdicts.map(({ evidence }) => evidence[0]!.observed)).toEqual([]);
  };

  it('are quiet on any day', () => {
    quiet(people(T, 400, 77));
  });

  it('mistype four times, in two windows', () => {
    const cookie = freshCookie();
    const other = freshCookie();
    const who: Who = { from: '203.0.113.9' };
    const type = (at: number, n: number, own: string): Exchanges =>
      signIn(T + at, who, 'dee@ferry.test', `typo-${n}`, n === 4, own);
    quiet(
      [
        type(0, 0, cookie),
        type(9_000, 1, cookie),
        type(30_000, 2, other),
        type(41_000, 3, other),
        type(55_000, 4, other),
      ].flat(),
    );
  });

  it('have an app whose password is of before, which begins anew each time', () => {
    const app: Who = { from: '203.0.113.9', agent: 'FerryApp/2' };
    quiet(many(200, 30_000, (at) => signIn(at, app, 'dee@ferry.test', 'of-before', false)));
  });

  it('have an app whose token ran out, or three of them behind one address, and a check with a stale key', () => {
    const app: Who = { from: '198.51.100.7', agent: 'FerryApp/3' };
    quiet(many(200, 4_000, (at) => [api(at, app, 'tok99abcdefghijklm', 401)]));
    quiet(many(300, 4_000, (at, i) => [api(at, app, `tok9${i % 3}abcdefghijklm`, 401)]));
    const check: Who = { from: '203.0.113.250', agent: 'check/1' };
    quiet(
      many(200, 5_000, (atMs) => [
        exchange({ atMs, ...check, target: '/api/health', headers: [['X-Api-Key', 'stale-key-1']], status: 403 }),
      ]),
    );
    quiet(many(200, 5_000, (atMs) => [exchange({ atMs, ...check, target: '/feed?token=stale0token1', status: 404 })]));
  });

  it('are many behind one address, who all sign in at eight, without looking around', () => {
    quiet(
      inOrder(
        Array.from({ length: 150 }, (_, i) => {
          const cookie = freshCookie();
          const at = T + i * 1_500;
          const account = `clerk${i}@ferry.test`;
          const failed = i % 5 === 0 ? signIn(at, INSIDER, account, 'typo', false, cookie) : [];
          return [...failed, ...signIn(at + 4_000, INSIDER, account, 'right', true, cookie)];
        }).flat(),
      ),
    );
  });

  it('are a crawler that is refused, and forms that fail for other reasons', () => {
    const crawler: Who = { from: '203.0.113.77', agent: 'crawler/1' };
    const paths = ['/api/trips', '/staff', '/offers', '/old/page'];
    quiet(
      many(200, 700, (atMs, i) => [
        exchange({ atMs, ...crawler, target: `${paths[i % 4]}/${i}`, status: i % 2 === 0 ? 404 : 401 }),
      ]),
    );
    quiet(
      many(100, 700, (atMs, i) => [
        exchange({ atMs, ...crawler, target: `/goods?code=${i}00`, status: 404 }),
        exchange({ atMs: atMs + 50, ...crawler, target: `/goods?country_code=${i}`, status: 400 }),
      ]),
    );
    const clerk: Who = { from: '198.51.100.7' };
    const cookie = freshCookie();
    quiet(
      many(40, 4_000, (atMs, i) => {
        const form = {
          _token: `forgery${i}token`,
          title: `Trip ${i}`,
          product_code: `P-${i}`,
          postcode: `${1000 + i}`,
        };
        return [exchange({ atMs, ...clerk, method: 'POST', target: '/trips', cookie, form, status: 422 })];
      }),
    );
  });
});
