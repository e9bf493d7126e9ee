import type { WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { sum, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { FLOOR_NATS } from '../events/threshold.js';
import { guessEvidence as guessing, learnTries } from './guess-evidence.js';
import { startWebState, type WebState } from './web-state.js';
import { parameter, request } from './web.fixture.js';

const guessEvidence = (...of: Parameters<typeof guessing>): readonly WeightedEvidence[] => guessing(...of).observations;
const PASSWORD = parameter({ name: 'password' });

function signIn(atMs: number, status: number, parts: Partial<WebRequest> = {}): WebRequest {
  return request({
    atMs,
    method: 'POST',
    path: '/enter',
    status,
    parameters: [PASSWORD],
    sessionBy: 'client',
    ...parts,
  });
}

/** People who sign in; some mistype once, `twice` of 100 twice. */
function learned(refused = 401, twice = 5, parts: Partial<WebRequest> = {}): SmoothedCounts {
  const table = new SmoothedCounts();
  for (let i = 0; i < 100; i++) {
    const state = startWebState();
    const failures = i < twice ? 2 : i < 15 ? 1 : 0;
    for (let n = 0; n < failures; n++) learnTries(table, signIn(i * 100_000 + n * 5_000, refused, parts), state);
    learnTries(table, signIn(i * 100_000 + 20_000, 302, parts), state);
  }
  return table;
}

/** How many tries it takes until they are an alarm whatever the budget; undefined where `most` are none. */
function alarmAfter(
  table: SmoothedCounts,
  status: number,
  everyMs: number,
  most = 60,
  parts: Partial<WebRequest> = {},
) {
  const state = startWebState();
  for (let i = 1; i <= most; i++) {
    if (sum(guessEvidence(table, signIn(i * everyMs, status, parts), state)) >= FLOOR_NATS) return i;
  }
  return undefined;
}

describe('a client that guesses', () => {
  it('is told by failures in a row, sooner where people seldom fail twice', () => {
    const habit = alarmAfter(learned(), 401, 5_000)!;
    expect(habit).toBeGreaterThan(6);
    expect(habit).toBeLessThan(20);
    const careless = alarmAfter(learned(401, 15), 401, 5_000)!;
    expect(careless).toBeGreaterThan(habit);
    expect(alarmAfter(new SmoothedCounts(), 401, 500)).toBeLessThan(30);
  });

  describe('that goes from account to account', () => {
    const of = (digest: string): Partial<WebRequest> => ({
      parameters: [parameter({ name: 'username', digest }), PASSWORD],
    });
    /** Tries until they are told, five seconds apart, of the accounts in turn. */
    const toldAfter = (table: SmoothedCounts, accounts: readonly string[]): number | undefined => {
      const state = startWebState();
      for (let i = 0; i < 40; i++) {
        const event = signIn(i * 5_000, 401, of(accounts[i % accounts.length]!));
        if (sum(guessEvidence(table, event, state)) >= FLOOR_NATS) return i + 1;
      }
      return undefined;
    };

    it('is told sooner than one that stays at one, which is told as it was', () => {
      const own = learned(401, 5, of('own'));
      const one = toldAfter(own, ['ann'])!;
      expect(one).toBe(alarmAfter(own, 401, 5_000));
      expect(toldAfter(own, ['ann', 'ben', 'cem', 'dee'])!).toBeLessThanOrEqual(one / 2);
    });

    it('is not where many sign in behind one session', () => {
      const table = new SmoothedCounts();
      const state = startWebState();
      for (let i = 0; i < 100; i++) learnTries(table, signIn(i * 8_000, 401, of(`user${i % 30}`)), state);
      expect(toldAfter(table, ['ann', 'ben', 'cem', 'dee'])).toBeUndefined();
    });
  });

  describe('behind one address with many', () => {
    /** An office of one address: whoever gets in is a session of its own, so its failures stand in one row, 8 s apart. */
    const office = (): SmoothedCounts => {
      const table = new SmoothedCounts();
      const state = startWebState();
      for (let i = 0; i < 100; i++) {
        learnTries(table, signIn(i * 8_000 + (i % 7) * 500, 401), state);
        learnTries(table, signIn(i * 8_000 + 4_000, 302), startWebState());
      }
      return table;
    };

    it('is told by a pace that people there do not have', () => {
      const table = office();
      const state = startWebState();
      for (let i = 0; i < 200; i++) guessEvidence(table, signIn(i * 8_000, 401), state);
      const after = Array.from({ length: 28 }, (_, i) => {
        return sum(guessEvidence(table, signIn(200 * 8_000 + i * 100, 401), state)) >= FLOOR_NATS;
      }).indexOf(true);
      expect(after).toBeGreaterThan(3);
      expect(after).toBeLessThan(20);
    });

    it('is not seen in a long row of failures at the pace that people there have', () => {
      expect(alarmAfter(office(), 401, 8_000, 400)).toBeUndefined();
    });

    it('is told where each client had an address of its own, though whoever got in was a session of its own', () => {
      const table = new SmoothedCounts();
      for (let i = 0; i < 40; i++) {
        const client = startWebState();
        learnTries(table, signIn(i * 100_000, 401), client);
        if (i % 8 === 0) learnTries(table, signIn(i * 100_000 + 5_000, 401), client);
        learnTries(table, signIn(i * 100_000 + 9_000, 302), startWebState());
      }
      expect(alarmAfter(table, 401, 5_000)).toBeLessThan(15);
    });
  });

  it('is told where success and failure are both redirects, by the one that leads back', () => {
    const back = { leadsBack: true } as const;
    const table = new SmoothedCounts();
    for (let i = 0; i < 60; i++) {
      const state = startWebState();
      if (i % 8 === 0) learnTries(table, signIn(i * 100_000, 302, back), state);
      learnTries(table, signIn(i * 100_000 + 9_000, 302), state);
    }
    expect(alarmAfter(table, 302, 500, 60, back)).toBeLessThan(20);
    expect(alarmAfter(table, 302, 500)).toBeUndefined();
    // A form that leads back whatever was sent tells nothing.
    const profile = new SmoothedCounts();
    for (let i = 0; i < 60; i++) learnTries(profile, signIn(i * 100_000, 302, back), startWebState());
    expect(alarmAfter(profile, 302, 500, 60, back)).toBeUndefined();
  });

  it('is told by all of the run: each alarm names its own try and some earlier ones, none twice', () => {
    const state = startWebState();
    const table = learned();
    const tries = Array.from({ length: 24 }, (_, i) => signIn(1_000 + i * 500, 401));
    const told = tries.flatMap((event) => {
      const found = guessEvidence(table, event, state);
      return sum(found) < FLOOR_NATS ? [] : [found.map(({ evidence }) => evidence)];
    });
    const named = told.flat().map(({ event }) => event);
    expect(new Set(named)).toEqual(new Set(tries.map(({ id }) => id)));
    expect(named).toHaveLength(tries.length);
    expect(Math.max(...told.map((one) => one.length))).toBeLessThanOrEqual(4);
    expect(told[0]?.[0]).toMatchObject({ kind: 'failed-tries' });
    expect(told[0]?.at(-1)).toMatchObject({ kind: 'failed-try' });
  });

  it('is told by rows at several endpoints, of which none would be told alone', () => {
    const table = learned();
    const pin = { path: '/api/pair', parameters: [parameter({ name: 'pin' })] };
    const row = (state: WebState, fromMs: number, tries: number, parts: Partial<WebRequest> = {}): number[] =>
      Array.from({ length: tries }, (_, i) => sum(guessEvidence(table, signIn(fromMs + i * 5_000, 401, parts), state)));
    expect(Math.max(...row(startWebState(), 0, 7))).toBeLessThan(FLOOR_NATS);
    expect(Math.max(...row(startWebState(), 0, 9, pin))).toBeLessThan(FLOOR_NATS);
    const state = startWebState();
    const both = [...row(state, 0, 7), ...row(state, 60_000, 9, pin)];
    expect(Math.max(...both)).toBeGreaterThan(FLOOR_NATS);
    const honest = startWebState();
    expect(Math.max(...row(honest, 0, 3), ...row(honest, 60_000, 3, pin))).toBeLessThan(5);
    const later = startWebState();
    expect(Math.max(...row(later, 0, 7), ...row(later, 2_000_000, 9, pin))).toBeLessThan(FLOOR_NATS);
  });

  it('is told where a parameter chooses to sign in, though a line shows no password', () => {
    const line: Partial<WebRequest> = { view: 'line', path: '/main', route: 'op=login', parameters: [] };
    expect(alarmAfter(learned(200, 5, line), 200, 500, 60, line)).toBeLessThan(20);
    expect(alarmAfter(learned(200, 5, line), 200, 500, 60, { ...line, route: 'op=logins-list' })).toBeUndefined();
  });

  it('is told where other actions of the path answer otherwise', () => {
    const login = { path: '/main', route: 'op=login' };
    const table = learned(200, 5, login);
    const change = { path: '/main', route: 'op=password' };
    for (let i = 0; i < 300; i++) learnTries(table, signIn(i * 1_000, 200, change), startWebState());
    expect(alarmAfter(table, 200, 500, 60, login)).toBeLessThan(20);
    expect(alarmAfter(table, 200, 500, 60, change)).toBeUndefined();
  });

  it('is told where the form is shown again instead of a refusal, and by a line of a log', () => {
    expect(alarmAfter(learned(200), 200, 500)).toBeLessThan(30);
    const line: Partial<WebRequest> = { view: 'line', path: '/account/login/', parameters: [] };
    expect(alarmAfter(learned(200, 5, line), 200, 500, 60, line)).toBeLessThan(30);
  });

  it('says how often, where and since when, and that it got in', () => {
    const state = startWebState();
    const table = learned();
    for (let i = 1; i <= 20; i++) guessEvidence(table, signIn(i * 1_000, 401), state);
    const [found] = guessEvidence(table, signIn(21_000, 302), state);
    expect(found?.evidence).toMatchObject({
      kind: 'credential-found',
      observed: '20 failed tries in a row at POST /enter by one client within 20 s, and then one that got in',
      expected: 'of 20 learned tries that failed, 5 followed another',
    });
    expect(guessEvidence(table, signIn(22_000, 401), state)).toEqual([]);
  });

  it('is no person who mistypes, waits, or fails at something else', () => {
    const table = learned();
    const state = startWebState();
    const nats = [401, 401, 401, 302, 401, 401].map((status, i) =>
      guessEvidence(table, signIn(i * 5_000, status), state),
    );
    expect(Math.max(...nats.flat().map(({ weight }) => weight))).toBeLessThan(5);
    expect(alarmAfter(table, 401, 1_000_000)).toBeUndefined();
    expect(alarmAfter(table, 422, 500, 60, { parameters: [parameter({ name: 'title' })] })).toBeUndefined();
    expect(alarmAfter(table, 503, 500)).toBeUndefined();
    expect(alarmAfter(table, 302, 500)).toBeUndefined();
  });

  describe('that begins anew with each try', () => {
    const ACCOUNT = parameter({ name: 'email', digest: 'ann' });

    /** The tries as their source tells them, each in a session of its own, or in the one it names. */
    function across(
      statuses: readonly (number | readonly [status: number, session: string, account?: string])[],
      everyMs = 5_000,
    ): WebRequest[] {
      const events: WebRequest[] = [];
      for (const [i, one] of statuses.entries()) {
        const [status, session, account = 'ann'] = typeof one === 'number' ? [one, `fresh${i}`] : one;
        const earlier = events.slice(-16).map((event) => ({
          event: event.id,
          timeUs: event.timeUs,
          status: event.status,
          session: event.session,
          account: event.parameters[0]!.digest!,
        }));
        const parameters = [{ ...ACCOUNT, digest: account }, PASSWORD];
        const told = { earlier, ...(i > 16 ? { more: true as const } : {}) };
        const tried = i === 0 ? {} : { tried: { kind: 'typed' as const, client: 'one-client', ...told } };
        const sessionBy = 'cookie';
        events.push(signIn(i * everyMs, status, { session, sessionBy, parameters, ...tried }));
      }
      return events;
    }

    /** People of clients of their own, some of whom fail once or twice in a session, and get in. */
    function learnedByClient(): SmoothedCounts {
      const table = new SmoothedCounts();
      for (let i = 0; i < 100; i++) {
        const failures = i < 5 ? [401, 401] : i < 15 ? [401] : [];
        const own = across([...failures, 303].map((status) => [status, `person${i}`] as const));
        const state = startWebState();
        for (const event of own) learnTries(table, event, state);
      }
      return table;
    }

    const score = (table: SmoothedCounts, event: WebRequest) => {
      const { observations, client } = guessing(table, event, startWebState());
      return { nats: sum(observations), client, names: observations.map(({ evidence }) => evidence.event) };
    };
    const firstTold = (table: SmoothedCounts, events: readonly WebRequest[]): number =>
      events.findIndex((event) => score(table, event).nats >= FLOOR_NATS);

    it('is told as soon as one that keeps its session, and each try is named once', () => {
      const table = learnedByClient();
      const events = across(Array.from({ length: 40 }, () => 401));
      const first = firstTold(table, events) + 1;
      expect(first).toBe(alarmAfter(table, 401, 5_000));
      const told = events.map((event) => score(table, event)).filter(({ nats }) => nats >= FLOOR_NATS);
      expect(told).toHaveLength(40 - first + 1);
      expect(new Set(told.map(({ client }) => client))).toEqual(new Set(['one-client']));
      const names = told.flatMap((one) => one.names);
      expect(names.sort()).toEqual(events.map(({ id }) => id).sort());
    });

    it('is told sooner where it goes from account to account', () => {
      const table = learnedByClient();
      const one = firstTold(table, across(Array.from({ length: 20 }, () => 401)));
      const spray = across(Array.from({ length: 20 }, (_, i) => [401, `fresh${i}`, `account${i}`] as const));
      expect(firstTold(table, spray)).toBeLessThan(one);
    });

    it('is told though now and then somebody else gets in, and not where they do after most failures', () => {
      const table = learnedByClient();
      const rows = (every: number): WebRequest[] =>
        across(Array.from({ length: 60 }, (_, i) => (i % every === every - 1 ? 303 : 401)));
      expect(firstTold(table, rows(9))).toBeGreaterThan(0);
      expect(firstTold(table, rows(3))).toBe(-1);
    });

    it('is nobody whose failed sessions got in at last', () => {
      const table = learnedByClient();
      const people = Array.from({ length: 12 }, (_, i) => [
        [401, `p${i}`, `a${i}`] as const,
        [401, `p${i}`, `a${i}`] as const,
        [303, `p${i}`, `a${i}`] as const,
      ]).flat();
      const nats = across(people, 700).map((event) => score(table, event).nats);
      expect(Math.max(...nats)).toBeLessThan(5);
    });

    it('is no row where tries are further apart than a quarter of an hour', () => {
      expect(
        firstTold(
          learnedByClient(),
          across(
            Array.from({ length: 30 }, () => 401),
            1_000_000,
          ),
        ),
      ).toBe(-1);
    });

    it('got in where it goes on with an account of the row, at its pace', () => {
      const table = learnedByClient();
      const row = Array.from({ length: 14 }, (_, i) => [401, `fresh${i}`] as const);
      const found = (end: readonly [number, string, string?]) => score(table, across([...row, end]).at(-1)!).nats;
      expect(found([303, 'fresh'])).toBeGreaterThan(FLOOR_NATS);
      expect(found([303, 'fresh', 'eve'])).toBe(0);
      const events = across([...row, [303, 'fresh']]);
      const late = { ...events.at(-1)!, timeUs: events.at(-1)!.timeUs + 60_000_000 };
      expect(score(table, late).nats).toBe(0);
    });

    it('adds nothing by what it repeats', () => {
      const table = learnedByClient();
      const [first, second] = across([401, 401]);
      const earlier = second!.tried!.earlier;
      const repeated = Array.from({ length: 50 }, (_, i) => {
        const tried = { ...second!.tried!, repeats: true as const, earlier };
        return { ...second!, timeUs: first!.timeUs + i * 5_000_000, session: `s${i}`, tried };
      });
      expect(firstTold(table, repeated)).toBe(-1);
      // A token is named by what refuses it: all of its requests are of one session.
      const state = startWebState();
      const token = repeated.map((event) => ({ ...event, tried: { ...event.tried, kind: 'presented' as const } }));
      expect(Math.max(...token.map((event) => sum(guessing(table, event, state).observations)))).toBe(0);
    });

    it('is told where failures usually follow one another by its pace alone', () => {
      const table = new SmoothedCounts();
      const crowd = across(
        Array.from({ length: 120 }, (_, i) => (i % 12 === 11 ? 303 : 401)),
        8_000,
      );
      for (const event of crowd) learnTries(table, event, startWebState());
      expect(
        firstTold(
          table,
          across(
            Array.from({ length: 60 }, () => 401),
            8_000,
          ),
        ),
      ).toBe(-1);
      expect(
        firstTold(
          table,
          across(
            Array.from({ length: 60 }, () => 401),
            100,
          ),
        ),
      ).toBeGreaterThan(0);
    });
  });

  it('is remembered at few endpoints', () => {
    const state = startWebState();
    for (let i = 0; i < 50; i++) guessEvidence(learned(), signIn(i, 401, { path: `/login/${i}` }), state);
    expect(state.tries.length).toBeLessThanOrEqual(4);
    for (let i = 0; i < 50; i++) guessEvidence(learned(401, 15), signIn(100 + i, 401), state);
    expect(state.tries.at(-1)!.untold.length).toBeLessThanOrEqual(16);
  });
});
