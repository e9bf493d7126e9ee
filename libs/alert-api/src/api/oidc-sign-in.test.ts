import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { testApi, type TestApi } from '../testing/api.js';
import { parseOidc } from './oidc-settings.js';

/** A provider that takes no code; a real one signs people in in `e2e/console`. */
let provider: Server;
let asked: number;
let api: TestApi;

beforeEach(async () => {
  asked = 0;
  provider = createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    if (url?.includes('.well-known') === true) {
      const here = addressOf(provider);
      const endpoints = { authorization_endpoint: `${here}/authorize`, token_endpoint: `${here}/token` };
      response.end(JSON.stringify({ issuer: here, jwks_uri: `${here}/keys`, ...endpoints }));
      return;
    }
    asked += 1;
    response.statusCode = 401;
    response.end(JSON.stringify({ error: 'invalid_client', error_description: 'the secret hunter2 is wrong' }));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const settings = { issuer: addressOf(provider), client_id: 'plimsoll', client_secret: 'hunter2' };
  const roles = { admin: ['platform'] };
  const oidc = parseOidc(JSON.stringify({ ...settings, console: 'http://127.0.0.1:8085', roles }));
  api = await testApi({ oidc, failureLimit: { burst: 5, perSecond: 0.001 } });
});
afterEach(async () => {
  await api.app.close();
  await new Promise((resolve) => provider.close(resolve));
});

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function begun(): Promise<{ readonly cookie: string; readonly state: string }> {
  const { headers } = await api.app.inject({ url: '/api/v1/session/oidc' });
  const state = new URL(String(headers.location)).searchParams.get('state');
  return { cookie: String(headers['set-cookie']).split(';')[0]!, state: state ?? '' };
}

async function back(cookie: string, state: string): Promise<{ readonly status: number; readonly to: string }> {
  const url = `/api/v1/session/oidc/callback?code=guessed&state=${state}`;
  const { statusCode, headers } = await api.app.inject({ url, headers: { cookie } });
  return { status: statusCode, to: String(headers.location) };
}

describe('signing in at an identity provider', () => {
  it('asks the provider no oftener than failures are allowed', async () => {
    const { cookie, state } = await begun();
    for (let i = 0; i < 5; i++) {
      expect(await back(cookie, state)).toEqual({ status: 302, to: '/console/sign-in?failed=refused' });
    }
    expect((await back(cookie, state)).status).toBe(429);
    expect(asked).toBe(5);
  });

  it('does not ask the provider for somebody else, or with a state that it did not give', async () => {
    const { cookie, state } = await begun();
    expect((await back('', state)).to).toBe('/console/sign-in?failed=refused');
    expect((await back(cookie, `${state}x`)).to).toBe('/console/sign-in?failed=refused');
    expect((await back(cookie.replace(/=./, '=x'), state)).to).toBe('/console/sign-in?failed=refused');
    expect(asked).toBe(0);
  });

  it('says in the log why, by codes alone', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const { cookie, state } = await begun();
    await back(cookie, state);
    const told = JSON.stringify(warn.mock.calls);
    warn.mockRestore();
    expect(told).toContain('invalid_client');
    expect(told).not.toContain('hunter2');
  });
});
