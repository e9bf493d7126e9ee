import { describe, expect, it } from 'vitest';

import { KeyedDigest } from '../values/keyed-digest.js';
import { SessionKey } from './session-key.js';

const value = (n: number): string => `token-value-${String(n).padStart(8, '0')}`;

/** As a server writes it: Rails sets base64 with its signs escaped. */
const written = (n: number): string => `${value(n)}%2B%2F--x%3D`;
const read = (n: number): string => `${value(n)}+/--x=`;

/** What a request is taken for that carries `carries` and is answered with `sets`. */
function browser(key: SessionKey): (carries: number | undefined, sets?: number) => string {
  return (carries, sets) => {
    const set = key.issued(sets === undefined ? [] : [`_app=${written(sets)}; path=/; HttpOnly`]);
    const cookies = carries === undefined ? [] : [{ where: 'cookie' as const, name: '_app', value: read(carries) }];
    return key.of(cookies, undefined, '127.0.0.1 browser', set).session;
  };
}

describe('sessions of authorizations', () => {
  it('takes those of one client that are refused for one session, and each that is taken for its own', () => {
    const ask = (key: SessionKey, n: number, client: string, refused: boolean): string =>
      key.of([], `Basic ${value(n)}`, client, [], refused).session;
    const key = new SessionKey(new KeyedDigest('key'));
    expect(new Set([1, 2, 3].map((n) => ask(key, n, 'one', true))).size).toBe(1);
    expect(ask(key, 1, 'other', true)).not.toBe(ask(key, 1, 'one', true));
    expect(new Set([1, 2, 3].map((n) => ask(key, n, 'one', false))).size).toBe(3);
  });
});

describe('sessions of cookies', () => {
  it('keeps a session whose cookie is set anew with each response, and tells two apart', () => {
    const ask = browser(new SessionKey(new KeyedDigest('key')));
    const first = ask(undefined, 1);
    const other = ask(undefined, 1_001);
    for (let n = 1; n < 50; n++) {
      expect(ask(n, n + 1)).toBe(first);
      expect(ask(1_000 + n, 1_001 + n)).toBe(other);
    }
    // A second request that was sent before the first was answered.
    expect(ask(49, 5_000)).toBe(first);
    expect(ask(5_000)).toBe(first);
    expect(other).not.toBe(first);
  });

  it('takes a client that is given one session after another, and shows none, for one', () => {
    const key = new SessionKey(new KeyedDigest('key'));
    const ask = browser(key);
    const guesses = Array.from({ length: 20 }, (_, n) => ask(undefined, n));
    expect(new Set(guesses.slice(3)).size).toBe(1);
    expect(guesses.at(-1)).toBe(key.ofClient('127.0.0.1 browser').session);
    // One that shows its session is of it, whoever else comes from there.
    const own = ask(19);
    expect(own).not.toBe(guesses.at(-1));
    expect(ask(19)).toBe(own);
  });

  it('takes a client that shows one session after another which nobody was given for one', () => {
    const key = new SessionKey(new KeyedDigest('key'));
    const ask = browser(key);
    ask(undefined, 1);
    const own = ask(1);
    const guesses = Array.from({ length: 20 }, (_, n) => ask(100 + n));
    expect(new Set(guesses.slice(3))).toEqual(new Set([key.ofClient('127.0.0.1 browser').session]));
    // Whoever was given one, or had one before anybody listened, is of it.
    expect(ask(1)).toBe(own);
    expect(ask(119)).toBe(ask(119));
    expect(ask(119)).not.toBe(guesses.at(-1));
  });

  it('gives a value that goes to several to whom it went first', () => {
    const ask = browser(new SessionKey(new KeyedDigest('key')));
    const [one, two] = [ask(undefined, 1), ask(undefined, 2)];
    ask(1, 9);
    ask(2, 9);
    expect(ask(9)).toBe(one);
    expect(ask(2)).toBe(two);
  });
});
