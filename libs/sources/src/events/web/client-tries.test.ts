import { WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { context, http, memory, type HttpParts } from '../exchange.fixture.js';
import { AccessLogParser } from '../../access-log/access-log-parser.js';
import { toWebRequest } from './web-request-event.js';

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const cookie = (n: number): readonly [string, string] => ['Cookie', `sid=5e551017c00c1e${String(n).padStart(6, '0')}`];

/** A collector, asked at second after second. */
function collector() {
  const own = memory();
  let second = 0;
  const ask = (parts: HttpParts, waitS = 1): WebRequest => {
    second += waitS;
    return toWebRequest(http({ ...parts, startUs: second * 1_000_000, ordinal: second }), context(), own);
  };
  const enter = (session: number, password: string, parts: HttpParts = {}, user = 'ann@x.test'): WebRequest =>
    ask({
      method: 'POST',
      target: '/enter',
      headers: [FORM, cookie(session)],
      body: new URLSearchParams({ user, password }).toString(),
      status: 401,
      ...parts,
    });
  const api = (token: string, status: number, waitS = 1): WebRequest =>
    ask({ target: '/api/me', headers: [['Authorization', `Bearer ${token}-0123456789`]], status }, waitS);
  return { ask, enter, api };
}

describe('what a client tried before', () => {
  it('is told with a try of another session, by event, time, end, session and account', () => {
    const { enter } = collector();
    const first = enter(1, 'one');
    const second = enter(2, 'two', { status: 302, responseHeaders: [['Location', '/enter']] });
    const third = enter(3, 'three');
    expect(first.tried).toBeUndefined();
    expect(second.tried?.earlier).toHaveLength(1);
    expect(third.tried).toEqual({
      kind: 'typed',
      client: expect.any(String) as string,
      earlier: [first, second].map(({ id, timeUs, status, leadsBack, session, parameters }) => ({
        event: id,
        timeUs,
        status,
        ...(leadsBack === undefined ? {} : { leadsBack }),
        session,
        account: parameters.find(({ name }) => name === 'user')?.digest,
      })),
    });
    expect(WebRequest.parse(third)).toEqual(third);
    expect(JSON.stringify(third)).not.toContain('three');
  });

  it('is that of its address and agent, at this endpoint, of the last quarter of an hour', () => {
    const { ask, enter } = collector();
    enter(1, 'one');
    expect(enter(2, 'two', { target: '/other' }).tried).toBeUndefined();
    expect(enter(3, 'two', { headers: [FORM, cookie(3), ['User-Agent', 'other/1']] }).tried).toBeUndefined();
    ask({}, 901);
    expect(enter(4, 'two').tried).toBeUndefined();
  });

  it('is at most the latest 16', () => {
    const { enter } = collector();
    const all = Array.from({ length: 40 }, (_, i) => enter(i, `word-${i}`));
    expect(all.map(({ tried }) => tried?.earlier.length ?? 0)).toEqual(all.map((_, i) => Math.min(i, 16)));
    expect(all[16]!.tried?.more).toBeUndefined();
    expect(all[17]!.tried?.more).toBe(true);
    expect(all[39]!.tried?.earlier.map(({ event }) => event)).toEqual(all.slice(23, 39).map(({ id }) => id));
    expect(JSON.stringify(all[39]!.tried).length).toBeLessThan(6_000);
  });

  it('stands apart for sessions that looked around', () => {
    const { ask, enter } = collector();
    enter(1, 'one');
    for (const target of ['/', '/goods']) ask({ target, headers: [cookie(2)] });
    expect(enter(2, 'two').tried).toBeUndefined();
    ask({ target: '/enter', headers: [cookie(3)] });
    expect(enter(3, 'three').tried?.earlier).toHaveLength(1);
  });

  it('tells a password that was tried last for the account again as repeated', () => {
    const { enter } = collector();
    enter(1, 'one');
    expect(enter(2, 'one').tried).toMatchObject({ repeats: true, earlier: [{}] });
    expect(enter(3, 'one', {}, 'ben@x.test').tried?.repeats).toBeUndefined();
    expect(enter(4, 'one').tried).toMatchObject({ repeats: true, earlier: [{}, {}] });
    expect(enter(5, 'two').tried?.repeats).toBeUndefined();
    // From a short list, drawn at random.
    expect(enter(6, 'one').tried?.repeats).toBeUndefined();
  });

  it('counts a try that ends otherwise at last by its last end', () => {
    const { enter } = collector();
    enter(1, 'one', { status: 429 });
    enter(1, 'one', { status: 303 });
    expect(enter(2, 'two').tried?.earlier.map(({ status }) => status)).toEqual([303]);
  });

  it('is of a token in a header what was refused, and who was let in since', () => {
    const { api } = collector();
    expect(api('good', 200).tried).toBeUndefined();
    // Its event shows it: that it names the session, and was refused.
    expect(api('bad', 401)).toMatchObject({ sessionBy: 'authorization', status: 401 });
    expect(api('bad', 401).tried).toMatchObject({ repeats: true, earlier: [{ status: 401 }] });
    expect(api('worse', 403).tried?.earlier.map(({ status }) => status)).toEqual([401]);
    expect(api('bad', 401).tried?.repeats).toBe(true);
    expect(api('good', 200).tried?.earlier.map(({ status }) => status)).toEqual([401, 403]);
    expect(api('good', 200).tried).toMatchObject({ repeats: true, earlier: [{}, {}, { status: 200 }] });
    expect(api('good', 200, 1_000).tried).toBeUndefined();
  });

  it.each(['X-Api-Key', 'Private-Token', 'X-Vault-Token', 'X-Auth-Token'])('is of a key in %s', (name) => {
    const { ask } = collector();
    const tried = (key: string) => ask({ target: '/api/me', headers: [[name, key]], status: 403 }).tried;
    expect(tried('one')).toMatchObject({ kind: 'presented', earlier: [] });
    expect(tried('two')).toMatchObject({ earlier: [{ status: 403 }] });
  });

  it('is nothing of a token against forgery, of no answer, and of what is refused for want of any', () => {
    const { ask } = collector();
    for (let i = 0; i < 3; i++) {
      expect(ask({ target: '/a', headers: [['X-CSRF-Token', `t${i}`]], status: 403 }).tried).toBeUndefined();
      expect(ask({ target: '/a', status: 401 }).tried).toBeUndefined();
      expect(ask({ method: 'POST', target: '/login', status: 503 }).tried).toBeUndefined();
    }
  });

  it('is told of a line of a log, which shows no body', () => {
    const parser = new AccessLogParser(context(), 'key');
    const line = (second: number, request: string, status: number): string =>
      `10.0.0.9 - - [10/Oct/2026:13:55:${String(second).padStart(2, '0')} +0000] "${request} HTTP/1.1" ${status} 9 "-" "a"\n`;
    const lines = [
      line(1, 'POST /login', 401),
      line(2, 'POST /login', 401),
      line(3, 'GET /feed?token=abc123', 401),
      line(4, 'GET /feed?token=abc123', 401),
      line(5, 'GET /feed?token=abc124', 401),
    ];
    const events = parser
      .push(Buffer.from(lines.join('')))
      .flatMap((item) => (item.type === 'event' ? [item.event] : []));
    expect(events.map((event) => (event.type === 'web-request' ? event.tried : 0))).toMatchObject([
      undefined,
      { kind: 'typed', earlier: [{ status: 401 }] },
      undefined,
      { repeats: true, earlier: [{}] },
      { earlier: [{}] },
    ]);
  });

  it('is found again when the same requests come again', () => {
    const run = (): string => {
      const { enter, api } = collector();
      return JSON.stringify(Array.from({ length: 30 }, (_, i) => [enter(i % 5, `w${i % 7}`), api(`t${i % 3}`, 401)]));
    };
    expect(run()).toBe(run());
  });
});
