import { GUARDS_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import {
  Alert,
  decodeJson,
  encodeJson,
  PlimsollError,
  ProfileChangeRecord,
  readAlertHeaders,
  sealProfile,
} from '@plimsoll/contracts';
import { MemoryIncidentStore } from '@plimsoll/incidents';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { testApi, type TestApi } from '../testing/api.js';
import { ROLES, type Role } from './access-tokens.js';
import { AccessGuard } from './access.guard.js';
import { API_CONTROLLERS } from './alert-api.module.js';
import { operationsOf } from './openapi.js';
import { Problem } from './problem.js';
import { SESSION_HEADER } from './sessions.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.app.close());

const sqli = incidentAlert('injection');
const id = sqli.finding_info.uid;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // What the interface answers is checked field by field below.
  readonly body: Record<string, unknown>;
}

async function ask(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  as: Role | undefined,
  body?: object,
): Promise<Answer> {
  const token = as === undefined ? undefined : api.tokens[as];
  const response = await api.app.inject({
    method,
    url: path.startsWith('/') ? path : `/api/v1/${path}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  const text = response.body;
  return {
    status: response.statusCode,
    headers: response.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('an outage', () => {
  it('is told with the part that is away, without what its client said', async () => {
    const incidents = new MemoryIncidentStore();
    incidents.list = () =>
      Promise.reject(new PlimsollError('unavailable', 'Redis, ZRANGE: connect ECONNREFUSED 10.0.0.7:6379'));
    const away = await testApi({ incidents });
    const response = await away.app.inject({
      url: '/api/v1/incidents',
      headers: { authorization: `Bearer ${away.tokens.viewer}` },
    });
    expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
      503,
      'Redis is away; try again',
    ]);
    await away.app.close();
  });
});

describe('several incidents at once', () => {
  it('decides those that are known and names the others', async () => {
    await api.incidents.apply(sqli);
    const other = '0'.repeat(32);
    const { status, body } = await ask('POST', 'incidents/status', 'analyst', { ids: [id, other], status: 'resolved' });
    expect(status).toBe(200);
    expect(body.unknown).toEqual([other]);
    expect(body.incidents).toMatchObject([{ id, status: 'resolved' }]);
  });

  it('takes no decision in which nothing is decided', async () => {
    await api.incidents.apply(sqli);
    expect((await ask('POST', `incidents/${id}/status`, 'analyst', {})).status).toBe(400);
    expect((await ask('POST', 'incidents/status', 'analyst', { ids: [id] })).status).toBe(400);
    expect((await ask('POST', `incidents/${id}/status`, 'analyst', { note: 'seen' })).status).toBe(200);
  });

  it('shows what a suppression would have hidden, and hides nothing', async () => {
    await api.incidents.apply(sqli);
    const { application, path } = sqli.unmapped;
    const { body } = await ask('POST', 'suppressions/preview', 'viewer', { application, path });
    expect(body).toMatchObject({ hidden: 1, of: 1, incidents: [{ id }] });
    const none = await ask('POST', 'suppressions/preview', 'viewer', { application, principal: 'somebody else' });
    expect(none.body).toMatchObject({ hidden: 0, of: 1 });
    expect((await ask('GET', 'suppressions', 'viewer')).body.suppressions).toEqual([]);
  });
});

describe('who may do what', () => {
  const bodies: Readonly<Record<string, object>> = {
    setIncidentStatus: { status: 'in-progress' },
    setIncidentStatuses: { ids: [id], status: 'in-progress' },
    previewSuppression: { application: 'shop', path: 'sqli' },
    addSuppression: { application: 'elsewhere', path: 'xss', reason: 'known scanner', expires: later(60_000) },
    addMaintenanceWindow: { application: 'elsewhere', reason: 'upgrade', starts: later(0), expires: later(60_000) },
    importIncidents: { findings: [] },
    activateProfile: { version: 'there is none' },
    shadowProfile: { version: null },
  };
  it('asks for no token only where a session begins or ends', () => {
    expect(all.filter(({ spec }) => spec.role === 'anyone').map(({ spec }) => spec.id)).toEqual([
      'signIn',
      'waysToSignIn',
      'beginOidcSignIn',
      'finishOidcSignIn',
      'signOut',
    ]);
  });

  const all = API_CONTROLLERS.flatMap((controller) => [...operationsOf(controller)]);

  it('knows every operation of every controller', () => {
    expect(all.length).toBeGreaterThanOrEqual(19);
    expect(new Set(all.map(({ spec }) => spec.id)).size).toBe(all.length);
  });

  it('lets no controller or method in that nobody said may be called by whom', () => {
    const open = api.controllers.filter((controller) => !API_CONTROLLERS.includes(controller));
    expect(open.map(({ name }) => name)).toEqual(['OpenApiController', 'UnknownPathController']);
    for (const controller of API_CONTROLLERS) {
      expect(Reflect.getMetadata(GUARDS_METADATA, controller), controller.name).toContain(AccessGuard);
      const prototype = controller.prototype as Readonly<Record<string, unknown>>;
      const routes = Object.getOwnPropertyNames(prototype).filter((name) => {
        const handler = prototype[name];
        return typeof handler === 'function' && Reflect.hasMetadata(METHOD_METADATA, handler);
      });
      expect(operationsOf(controller), `${controller.name}: each of ${routes.join(', ')} is an operation`).toHaveLength(
        routes.length,
      );
    }
  });

  for (const { path, method, spec } of all) {
    const needed = spec.role;
    if (needed === 'anyone') continue;
    const url = path
      .replace('/incidents/{id}', `/incidents/${id}`)
      .replace('{id}', '00000000-0000-4000-8000-000000000000')
      .replace('{application}/{workload}/{detector}', 'shop/web/web')
      .replace('{version}', 'unknown');
    const verb = method.toUpperCase() as 'GET' | 'POST' | 'DELETE';
    for (const role of ROLES) {
      const may = ROLES.indexOf(role) >= ROLES.indexOf(needed);
      it(`${spec.id}: ${role} ${may ? 'may' : 'may not'}`, async () => {
        await api.incidents.apply(sqli);
        // A stream that is let in stays open: a wrong place to resume shows that it was let in.
        if (spec.id === 'streamIncidents') {
          const response = await api.app.inject({
            url,
            headers: { authorization: `Bearer ${api.tokens[role]}`, 'last-event-id': 'x' },
          });
          expect(response.statusCode).toBe(400);
          return;
        }
        const { status, body } = await ask(verb, url, role, bodies[spec.id]);
        if (may) expect([200, 204, 404, 409]).toContain(status);
        else expect([status, body.code]).toEqual([403, 'not-allowed']);
      });
    }
    it(`${spec.id}: nobody without a token, nor with a wrong one`, async () => {
      const open = await testApi();
      for (const authorization of [undefined, 'Bearer nonsense', `Basic ${api.tokens.admin}`]) {
        const response = await open.app.inject({
          method: verb,
          url,
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(response.statusCode).toBe(401);
        expect(response.headers['www-authenticate']).toContain('Bearer');
      }
      await open.app.close();
    });
  }
});

describe('incidents', () => {
  beforeEach(async () => {
    await api.incidents.apply(sqli);
    await api.incidents.apply(incidentAlert('script', { path: 'xss', atMs: sqli.time + 1_000, severity: 2 }));
  });

  it('lists the last seen first, by pages, and filters', async () => {
    const first = await ask('GET', 'incidents?limit=1', 'viewer');
    expect(first.body.incidents).toMatchObject([{ title: 'script in shop', severity: 2 }]);
    const second = await ask('GET', `incidents?limit=1&after=${String(first.body.next)}`, 'viewer');
    expect(second.body.incidents).toMatchObject([{ title: 'injection in shop', state: 'open' }]);
    const filtered = await ask('GET', 'incidents?min_severity=4&path=sqli&text=INJECT', 'viewer');
    expect(filtered.body.incidents).toMatchObject([{ id }]);
    expect((await ask('GET', 'incidents?text=%25', 'viewer')).body.incidents).toEqual([]);
  });

  it('shows an incident with the evidence of all its revisions', async () => {
    await api.incidents.apply(incidentAlert('injection', { revision: 2 }));
    await api.incidents.apply(sqli);
    const { body } = await ask('GET', `incidents/${id}`, 'viewer');
    expect(body).toMatchObject({ revision: 2, alert: { count: 2 } });
    expect(body.evidence).toHaveLength(2);
  });

  it('takes a decision, tells the topic, and keeps who and when', async () => {
    const { body } = await ask('POST', `incidents/${id}/status`, 'analyst', { status: 'benign', note: 'our scanner' });
    expect(body.status).toBe('benign');
    expect((body.decisions as object[])[0]).toMatchObject({ status: 'benign', by: 'the analyst', note: 'our scanner' });
    const record = api.published.at(-1)!;
    const alert = decodeJson(Alert, record.value, 'an alert');
    expect([record.topic, record.key, readAlertHeaders(record.headers ?? {}).ce_type, alert.status_id]).toEqual([
      'alerts',
      id,
      'io.plimsoll.incident.status',
      3,
    ]);
    const trail = await ask('GET', 'audit?limit=1', 'admin');
    expect(trail.body.entries).toMatchObject([{ by: 'the analyst', action: 'incident.status', target: id }]);
  });

  it('lists what stands, keeps what became part of it within reach, and decides about the whole', async () => {
    const whole = incidentAlert('whole');
    const part = incidentAlert('part', { revision: 2, activity: 3, mergedInto: 'whole' });
    const [wholeId, partId] = [whole.finding_info.uid, part.finding_info.uid];
    for (const alert of [whole, incidentAlert('part'), part]) await api.incidents.apply(alert);
    const ids = async (query: string): Promise<string[]> =>
      ((await ask('GET', `incidents${query}`, 'viewer')).body.incidents as { id: string }[]).map((one) => one.id);
    expect(await ids('')).toEqual(expect.arrayContaining([wholeId]));
    expect(await ids('')).not.toContain(partId);
    expect(await ids('?state=merged')).toEqual([partId]);
    expect((await ask('GET', `incidents/${partId}`, 'viewer')).body).toMatchObject({
      state: 'merged',
      merged_into: wholeId,
    });
    expect((await ask('GET', `incidents/${wholeId}`, 'viewer')).body).toMatchObject({ absorbed: [partId] });
    const totals = await ask('GET', 'incidents/totals', 'viewer');
    expect(totals.body.incidents).toBe((await ids('?limit=500')).length);

    const decided = await ask('POST', `incidents/${partId}/status`, 'analyst', { status: 'resolved', note: 'patched' });
    expect(decided.body).toMatchObject({ id: wholeId, status: 'resolved' });
    expect(decodeJson(Alert, api.published.at(-1)!.value, 'an alert').finding_info.uid).toBe(wholeId);
    const several = await ask('POST', 'incidents/status', 'analyst', { ids: [partId, wholeId], status: 'benign' });
    expect((several.body.incidents as { id: string }[]).map((one) => one.id)).toEqual([wholeId]);
  });

  it('counts against the budget what came in the days that it tells', async () => {
    const incidents = new MemoryIncidentStore();
    const other = await testApi({ incidents });
    await incidents.apply(incidentAlert('before its profiles', { atMs: Date.now() - 7_200_000 }));
    await incidents.apply(incidentAlert('since', { atMs: Date.now() + 1_000 }));
    const headers = { authorization: `Bearer ${other.tokens.viewer}` };
    const { body } = await other.app.inject({ url: '/api/v1/budget', headers });
    await other.app.close();
    const [shop] = (JSON.parse(body) as { applications: { days: number; incidents: object }[] }).applications;
    expect(shop?.days).toBeCloseTo(1 / 24);
    expect(shop?.incidents).toEqual({ benign: 0, confirmed: 0, undecided: 1 });
  });

  it('lists many without holding all of them whole', async () => {
    const incidents = new MemoryIncidentStore();
    for (let i = 0; i < 130; i += 1) await incidents.apply(incidentAlert(`many ${i}`, { atMs: 1_790_000_000_000 + i }));
    const whole = await incidents.list({}, 130);
    const asked = vi.spyOn(incidents, 'list');
    const other = await testApi({ incidents });
    const listed = async (query: string): Promise<{ ids: string[]; next: string | undefined }> => {
      const headers = { authorization: `Bearer ${other.tokens.viewer}` };
      const { body } = await other.app.inject({ url: `/api/v1/incidents?${query}`, headers });
      const answer = JSON.parse(body) as { incidents: { id: string }[]; next?: string };
      return { ids: answer.incidents.map((one) => one.id), next: answer.next };
    };
    const first = await listed('limit=120');
    const rest = await listed(`limit=120&after=${first.next ?? ''}`);
    await other.app.close();
    expect([first.ids.length, rest.ids.length, rest.next]).toEqual([120, 10, undefined]);
    expect([...first.ids, ...rest.ids]).toEqual(whole.incidents.map((one) => one.id));
    expect(Math.max(...asked.mock.calls.map(([, limit]) => limit))).toBeLessThanOrEqual(50);
  });

  it('reads what is imported from those alone who may send it', async () => {
    const send = (headers: Record<string, string>): Promise<{ statusCode: number; body: string }> =>
      api.app.inject({
        method: 'POST',
        url: '/api/v1/import',
        headers: { 'content-type': 'application/json', ...headers },
        payload: '{"not JSON',
      });
    const unknown = await send({});
    expect([unknown.statusCode, Problem.parse(JSON.parse(unknown.body)).code]).toEqual([401, 'not-known']);
    expect(unknown.body).toContain('a bearer token is needed');
    expect((await send({ authorization: 'Bearer nobodys' })).body).toContain('the token is not known');
    expect((await send({ authorization: `Bearer ${api.tokens.analyst}` })).statusCode).toBe(403);
    expect((await send({ authorization: `Bearer ${api.tokens.admin}` })).statusCode).toBe(400);
    const opened = await api.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { token: api.tokens.admin },
    });
    const cookie = String(opened.headers['set-cookie']).split(';')[0]!;
    expect((await send({ cookie })).statusCode).toBe(403);
    expect((await send({ cookie, [SESSION_HEADER]: '1' })).statusCode).toBe(400);
  });

  it('exports what another installation imports to the same', async () => {
    await ask('POST', `incidents/${id}/status`, 'analyst', { status: 'resolved', note: 'patched' });
    for (let i = 0; i < 12; i += 1) await api.incidents.apply(incidentAlert(`large ${i}`, { evidence: 200 }));
    const exported = await ask('GET', 'export', 'admin');
    expect(JSON.stringify(exported.body).length).toBeGreaterThan(1 << 20);
    const other = await testApi();
    const imported = await other.app.inject({
      method: 'POST',
      url: '/api/v1/import',
      headers: { authorization: `Bearer ${other.tokens.admin}` },
      payload: exported.body,
    });
    expect(imported.statusCode).toBe(200);
    const here = await api.incidents.get(id);
    const there = await other.incidents.get(id);
    expect({ ...there, sequence: 0, alert: { ...there?.alert, evidences: [] } }).toEqual({
      ...here,
      sequence: 0,
      alert: { ...here?.alert, evidences: [] },
    });
    await other.app.close();
  });
});

describe('suppressions', () => {
  it('mark what they cover and hide nothing', async () => {
    const seen = incidentAlert('scanner', { path: 'csrf', atMs: Date.now() + 5_000 });
    await api.incidents.apply(seen);
    const reason = 'the weekly scan';
    const made = await ask('POST', 'suppressions', 'analyst', {
      application: 'shop',
      path: 'csrf',
      reason,
      expires: later(60_000),
    });
    const listed = await ask('GET', 'incidents?path=csrf', 'viewer');
    expect(listed.body.incidents).toMatchObject([{ suppressed: { reason, by: 'the analyst' } }]);
    expect((await ask('DELETE', `suppressions/${String(made.body.id)}`, 'analyst')).status).toBe(204);
    const after = await ask('GET', 'incidents?path=csrf', 'viewer');
    expect(after.body.incidents).toMatchObject([{ id: seen.finding_info.uid }]);
    expect(after.body.incidents).not.toMatchObject([{ suppressed: {} }]);
  });

  it('must be narrow, have a reason and an end', async () => {
    const good = { application: 'shop', path: 'xss', reason: 'known', expires: later(60_000) };
    for (const change of [
      { path: undefined },
      { reason: ' ' },
      { expires: later(-1) },
      { expires: later(400 * 86_400_000) },
    ]) {
      expect((await ask('POST', 'suppressions', 'analyst', { ...good, ...change })).status).toBe(400);
    }
  });
});

describe('profiles', () => {
  it('are neither activated nor put in shadow where no detector can score by them', async () => {
    const slot = { application: 'shop', workload: 'api', detector: 'web' };
    const learned = { streams: ['one'], events: 3, novelty: 0, complete: true, notes: [] };
    const empty = sealProfile({ ...slot, learned, model: {} });
    await api.profiles.put(slot, empty.version, encodeJson(empty));
    for (const action of ['activate', 'shadow']) {
      const answer = await ask('POST', `profiles/shop/api/web/${action}`, 'admin', { version: empty.version });
      expect([answer.status, answer.body.detail]).toEqual([409, 'not a profile of web requests: kind']);
    }
    expect(await api.profiles.pointer(slot)).toMatchObject({ active: undefined, shadow: undefined });
  });

  it('are activated, compared in shadow and rolled back, each told to the topic', async () => {
    const [one, two] = api.versions;
    const base = 'profiles/shop/web/web';
    expect((await ask('POST', `${base}/activate`, 'admin', { version: two })).body).toMatchObject({ active: two });
    expect((await ask('POST', `${base}/shadow`, 'admin', { version: one })).body).toMatchObject({ shadow: one });
    expect((await ask('POST', `${base}/rollback`, 'admin')).body).toMatchObject({ active: one });
    const told = decodeJson(ProfileChangeRecord, api.published.at(-1)!.value, 'a change');
    expect(told).toMatchObject({ action: 'rollback', active: one, by: 'the admin', workload: 'web' });
    const { body } = await ask('GET', base, 'viewer');
    expect(body.versions).toEqual([one, two]);
    expect((await ask('GET', `${base}/versions/${two}`, 'viewer')).body).toMatchObject({
      version: two,
      learned: { events: 2 },
    });
    expect((await ask('GET', 'workloads', 'viewer')).body.workloads).toMatchObject([
      { workload: 'web', detectors: [{ active: one }] },
    ]);
  });
});

describe('learning', () => {
  it('is shown as the run that learns tells it, and what another release told is left out', async () => {
    const slot = { application: 'shop', workload: 'web', detector: 'web' };
    const course = {
      ...slot,
      stage: 'learning',
      missing: ['200 of 1000 requests'],
      moreEvents: 800,
      moreMs: 90_000,
    };
    const told = { schema: 1, ...course, points: [{ atMs: 1_700_000_000_000, events: 200, novelty: 0.25 }] };
    await api.profiles.putLearning(slot, encodeJson(told));
    await api.profiles.putLearning({ ...slot, workload: 'api' }, encodeJson({ schema: 2, ...slot }));
    expect((await ask('GET', 'profiles/learning', 'viewer')).body).toEqual({
      learning: [{ ...course, points: [{ at: '2023-11-14T22:13:20.000Z', events: 200, novelty: 0.25 }] }],
    });
  });
});

describe('what it refuses', () => {
  it('anything that its description does not have, naming the field and never its content', async () => {
    const secret = 'hunter2';
    for (const [method, path, body] of [
      ['GET', `incidents?colour=${secret}`],
      ['GET', `incidents?limit=${secret}`],
      ['GET', 'incidents?limit=1&limit=2'],
      ['GET', `incidents?after=${secret}`],
      ['GET', `incidents/${secret}`],
      ['POST', `incidents/${id}/status`, { status: secret }],
      ['POST', `incidents/${id}/status`, { status: 'new', extra: secret }],
      ['POST', `incidents/${id}/status`, { status: 'new', note: secret.repeat(1_000) }],
      ['POST', 'import', { findings: [{ [secret]: secret }] }],
    ] as const) {
      const answer = await ask(method, path, 'admin', body);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(Problem.parse(answer.body).code).toMatch(/^[a-z-]+$/);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      if (path !== 'import') expect(JSON.stringify(answer.body)).not.toContain(secret);
    }
  });

  it('what is no request of its at all, in the same form', async () => {
    const headers = { authorization: `Bearer ${api.tokens.admin}`, 'content-type': 'application/json' };
    for (const [url, payload, status] of [
      ['/api/v1/import', '{"hunter2', 400],
      ['/api/v1/hunter2', '{}', 404],
      [`/api/v1/profiles/${'hunter2'.repeat(30)}/b/c/rollback`, '{}', 404],
    ] as const) {
      const response = await api.app.inject({ method: 'POST', url, headers, payload });
      expect(response.statusCode).toBe(status);
      expect(Problem.parse(response.json()).status).toBe(status);
      expect(response.body).not.toContain('hunter2');
    }
  });

  it('more than its rate, with the time to wait', async () => {
    const slow = await testApi({ requestLimit: { burst: 2, perSecond: 0.5 } });
    const get = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${slow.tokens.viewer}` };
      const response = await slow.app.inject({ url: '/api/v1/me', headers });
      if (response.statusCode === 429) expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      return response.statusCode;
    };
    expect([await get(), await get(), await get()]).toEqual([200, 200, 429]);
    await slow.app.close();
  });

  it('guessing tokens without end', async () => {
    const strict = await testApi({ failureLimit: { burst: 3, perSecond: 0.1 } });
    const guess = async (): Promise<number> =>
      (await strict.app.inject({ url: '/api/v1/me', headers: { authorization: 'Bearer guess' } })).statusCode;
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 429]);
    expect((await strict.app.inject({ url: '/api/v1/me' })).statusCode).toBe(401);
    await strict.app.close();
  });

  it('to tell what went wrong inside', async () => {
    const broken = await testApi({
      dependencies: [{ name: 'store', check: () => Promise.reject(new Error('password=hunter2 at 10.0.0.1')) }],
    });
    const headers = { authorization: `Bearer ${broken.tokens.viewer}` };
    const response = await broken.app.inject({ url: '/api/v1/health', headers });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('hunter2');
    await broken.app.close();
  });
});

describe('the stream', () => {
  interface Event {
    readonly id: string;
    readonly title: string;
  }

  /** Reads a stream until `count` incidents came. */
  async function read(
    open: TestApi,
    lastEventId: string | undefined,
    count: number,
    begun: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Event[]> {
    const ending = new AbortController();
    const address = await open.app.getUrl();
    const response = await fetch(`${address}/api/v1/stream`, {
      headers: {
        authorization: `Bearer ${open.tokens.viewer}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: ending.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events: Event[] = [];
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      if (text === '' && events.length === 0) await begun();
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string): string | undefined =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        if (field('event') !== 'incident') continue;
        const { title } = JSON.parse(field('data') ?? '{}') as { title: string };
        events.push({ id: field('id') ?? '', title });
      }
      if (events.length >= count) break;
    }
    ending.abort();
    return events;
  }

  it('resumes after the last id that a reader had, with the latest state of each incident, once', async () => {
    const open = await testApi();
    await open.app.listen(0, '127.0.0.1');
    await open.incidents.apply(incidentAlert('one'));
    const [two] = await read(open, undefined, 1, () => open.incidents.apply(incidentAlert('two')));
    expect(two?.title).toBe('two in shop');
    await open.incidents.apply(incidentAlert('three'));
    await open.incidents.apply(incidentAlert('one', { revision: 2 }));
    await open.incidents.apply(incidentAlert('three', { revision: 2 }));
    const missed = await read(open, two?.id, 2);
    expect(missed.map(({ title }) => title)).toEqual(['one in shop', 'three in shop']);
    await open.app.close();
  }, 30_000);

  it('tells everything to a reader whose id is ahead of the store, and goes on', async () => {
    const open = await testApi();
    await open.app.listen(0, '127.0.0.1');
    await open.incidents.apply(incidentAlert('one'));
    const events = await read(open, '999999999999999', 2, () => open.incidents.apply(incidentAlert('two')));
    expect(events.map(({ title }) => title)).toEqual(['one in shop', 'two in shop']);
    await open.app.close();
  }, 30_000);

  it('leaves room for others, however many one holder opens', async () => {
    const open = await testApi();
    await open.app.listen(0, '127.0.0.1');
    const address = await open.app.getUrl();
    const ending = new AbortController();
    const ask = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${address}/api/v1/stream`, { headers, signal: ending.signal })).status;
    };
    const asked = await Promise.all(Array.from({ length: 30 }, () => ask(open.tokens.viewer)));
    expect(asked.filter((status) => status === 200)).toHaveLength(10);
    expect(asked.filter((status) => status === 429)).toHaveLength(20);
    expect(await ask(open.tokens.analyst)).toBe(200);
    ending.abort();
    await open.app.close();
  }, 30_000);
});

describe('the OpenAPI document', () => {
  it('names every operation, and is served to anyone', async () => {
    const { status, body } = await ask('GET', 'openapi.json', undefined);
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    expect(Object.keys(body.paths as object)).toContain(
      '/api/v1/profiles/{application}/{workload}/{detector}/activate',
    );
  });
});
