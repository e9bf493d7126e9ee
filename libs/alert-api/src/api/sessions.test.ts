import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { testApi, type TestApi } from '../testing/api.js';
import { AccessTokens } from './access-tokens.js';
import { NAMED_SESSION_MS, SESSION_COOKIE, SESSION_HEADER, SESSION_MS, Sessions } from './sessions.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.app.close());

async function signIn(token: string): Promise<{ status: number; cookie: string; flags: string }> {
  const answer = await api.app.inject({ method: 'POST', url: '/api/v1/session', payload: { token } });
  const set = String(answer.headers['set-cookie'] ?? '');
  return { status: answer.statusCode, cookie: set.split(';')[0] ?? '', flags: set };
}

async function me(cookie: string): Promise<number> {
  return (await api.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode;
}

describe('browser sessions', () => {
  it('opens with a token, and is kept where neither scripts nor other sites reach it', async () => {
    const { status, cookie, flags } = await signIn(api.tokens.analyst);
    expect(status).toBe(200);
    expect(flags).toMatch(/; HttpOnly/);
    expect(flags).toMatch(/; Secure/);
    expect(flags).toMatch(/; SameSite=Strict/);
    expect(flags).toMatch(/; Path=\//);
    expect(flags).not.toContain(api.tokens.analyst);
    const answer = await api.app.inject({ url: '/api/v1/me', headers: { cookie } });
    expect(answer.json()).toEqual({ name: 'the analyst', role: 'analyst' });
  });

  it('refuses wrong tokens, and soon refuses to hear more of them', async () => {
    const fresh = await testApi({ failureLimit: { burst: 2, perSecond: 0.1 } });
    const tried: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const answer = await fresh.app.inject({ method: 'POST', url: '/api/v1/session', payload: { token: `no ${n}` } });
      tried.push(answer.statusCode);
    }
    await fresh.app.close();
    expect(tried).toEqual([401, 401, 429, 429]);
  });

  it('takes no cookie that it did not sign, or that another process signed', async () => {
    const { cookie } = await signIn(api.tokens.viewer);
    const other = await testApi();
    const foreign = await other.app.inject({ url: '/api/v1/me', headers: { cookie } });
    await other.app.close();
    expect(foreign.statusCode).toBe(401);
    expect(await me(cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).toBe(401);
    expect(await me(`${SESSION_COOKIE}=${'a'.repeat(4_000)}`)).toBe(401);
  });

  it('ends after a working day', async () => {
    let nowMs = 1_000;
    const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
    const fresh = await testApi({ clock });
    const answer = await fresh.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { token: fresh.tokens.viewer },
    });
    const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
    const ask = async (): Promise<number> =>
      (await fresh.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode;
    nowMs += SESSION_MS - 1;
    expect(await ask()).toBe(200);
    nowMs += 1;
    expect(await ask()).toBe(401);
    await fresh.app.close();
  });

  it('ends sooner for whom a provider named, and holds the longest name and account', () => {
    const sessions = new Sessions(AccessTokens.parse('{"tokens":[]}'));
    const caller = { name: '\u{1f600}'.repeat(64), role: 'analyst', account: 'a'.repeat(255) } as const;
    const cookies = { [SESSION_COOKIE]: sessions.openFor(caller, 0) };
    const request = { cookies, method: 'GET', headers: {} } as unknown as FastifyRequest;
    expect(sessions.holder(request, NAMED_SESSION_MS - 1)).toEqual(caller);
    expect(sessions.holder(request, NAMED_SESSION_MS)).toBeUndefined();
  });

  it('changes nothing for a request that another site could have made the browser send', async () => {
    const { cookie } = await signIn(api.tokens.admin);
    const change = (headers: Record<string, string>) =>
      api.app.inject({
        method: 'POST',
        url: '/api/v1/profiles/shop/web/web/activate',
        headers: { cookie, ...headers },
        payload: { version: api.versions[1] },
      });
    expect((await change({})).statusCode).toBe(403);
    expect((await change({ [SESSION_HEADER]: '1', 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect((await change({ [SESSION_HEADER]: '1', 'sec-fetch-site': 'same-site' })).statusCode).toBe(403);
    expect((await change({ [SESSION_HEADER]: '1', 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
  });

  it('ends when it is signed out', async () => {
    const answer = await api.app.inject({ method: 'DELETE', url: '/api/v1/session' });
    expect(answer.statusCode).toBe(204);
    expect(String(answer.headers['set-cookie'])).toMatch(new RegExp(`^${SESSION_COOKIE}=;`));
  });
});
