import { createHash, randomBytes } from 'node:crypto';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { Alert, encodeJson, TOPICS, type VerdictMessage } from '@plimsoll/contracts';
import { MAX_INCIDENT_EVIDENCE } from '@plimsoll/incidents';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { findRecordings, replay, sourcesOf } from '@plimsoll/local-run';
import { messageRecord, verdictRecord, type CollectorMessage } from '@plimsoll/pipelines';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { recordedVerdicts } from '../golden/recorded-verdicts.js';
import { ROOT } from '../root.js';
import { freePort, startLocalKafka, startLocalRedis, type LocalKafka, type LocalRedis } from '../servers/index.js';
import { ServiceProcess } from '../services/service-process.js';
import { accessibilityProblems, Browser, keyboardProblems } from './browser.js';
import { recordedPayloads } from './payloads.js';

/** Where screenshots go, if they are wanted: the documentation's are made so. */
const SCREENSHOTS = process.env['PLIMSOLL_SCREENSHOTS'];
const LEARN = [join(ROOT, 'apps/cli/bin/plimsoll.js'), 'learn', '--from-topic'];
const ROLES = ['viewer', 'analyst', 'admin'] as const;
const tokens = Object.fromEntries(ROLES.map((role) => [role, `plimsoll_${randomBytes(32).toString('base64url')}`]));
const WAIT = { timeout: 60_000 };

/** What attackers put into names and values: markup, scripts, controls, directions. */
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>fetch("//evil.example")</script>',
  'javascript:alert(1)',
  '\u001b[31mred\u001b[0m',
  '\u202egnp.exe',
  '{{constructor.constructor("alert(1)")()}}',
] as const;
const MANY = 10_000;
/**
 * What pages do everywhere, here of a size that is known: elements made, laid out and removed, some 70 ms of a core of
 * 2026. Budgets are told against what it takes beside them, on the same thread: a machine that is slow, busy or short of
 * memory is so for both. To compute alone was no such measure: what a page does is to move memory.
 */
const LAYING_OUT = `(() => {
  const box = document.createElement('div');
  for (let i = 0; i < 4_000; i += 1) box.appendChild(document.createElement('p')).append('row ' + i);
  document.body.append(box);
  const height = box.offsetHeight;
  box.remove();
  return height;
})()`;
const VIEWS = [
  'incidents',
  'incident',
  'watch',
  'profiles',
  'profile',
  'budget',
  'suppressions',
  'dead-letters',
  'report',
] as const;

let kafka: LocalKafka;
let redis: LocalRedis;
let service: ServiceProcess;
let browser: Browser;
let log: KafkaLog;
let recorded: readonly VerdictMessage[][];
let settings: Readonly<Record<string, string>>;
let port: number;
let provider: ChildProcess;

beforeAll(async () => {
  let providerPort: number;
  [kafka, redis, recorded, port, providerPort] = await Promise.all([
    startLocalKafka(1),
    startLocalRedis(),
    recordedVerdicts(['sqli-union-a', 'xss-stored-3-a']),
    freePort(),
    freePort(),
  ]);
  const here = `http://127.0.0.1:${port}`;
  const program = fileURLToPath(new URL('./identity-provider.mjs', import.meta.url));
  const redirect = `${here}/api/v1/session/oidc/callback`;
  provider = spawn(process.execPath, [program, String(providerPort), redirect], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(provider.stdout!, 'data');
  const brokers = kafka.brokers.split(',');
  await applyTopics({ brokers }, Object.values(TOPICS));
  settings = {
    KAFKA_BROKERS: kafka.brokers,
    REDIS_URL: redis.url,
    PLIMSOLL_SESSION_KEY: randomBytes(32).toString('base64url'),
    PLIMSOLL_OIDC: JSON.stringify({
      issuer: `http://127.0.0.1:${providerPort}`,
      client_id: 'plimsoll',
      client_secret: 'for the tests alone',
      console: here,
      scope: 'openid profile groups',
      roles: { analyst: ['soc'], admin: ['platform'] },
      name: 'the test provider',
    }),
    PLIMSOLL_API_TOKENS: JSON.stringify({
      tokens: ROLES.map((role) => ({
        name: `an ${role}`,
        role,
        sha256: createHash('sha256').update(tokens[role]!).digest('hex'),
      })),
    }),
  };
  service = await ServiceProcess.start('alert-service', settings, port);
  await service.readiness(200);
  log = new KafkaLog({ brokers });
  browser = await Browser.start(service.address);
}, 600_000);

afterAll(async () => {
  provider.kill();
  await browser.close();
  await log.close();
  await service.stop();
  await Promise.all([kafka.close(), redis.close()]);
});

describe('the console, in a real browser on the real service', () => {
  let queue: Page;
  /** Where views are whose address the name alone does not tell. */
  const paths = new Map([['incidents', '/console/incidents?text=injection']]);
  /** When the last of ten thousand incidents was last seen. */
  let newestMs: number;

  it('asks who it is, and shows that nothing has happened yet', async () => {
    queue = await browser.page('/');
    await queue.getByLabel('Access token').fill('not a token');
    await queue.getByRole('button', { name: 'Sign in' }).click();
    await queue.getByText('nobody holds this token').waitFor(WAIT);
    await queue.getByLabel('Access token').fill(tokens['analyst']!);
    await queue.getByRole('button', { name: 'Sign in' }).click();
    await queue.getByText('No incident here').waitFor(WAIT);
    await queue.getByText('Live', { exact: true }).waitFor(WAIT);
  });

  it('shows an attack as it is found, without a reload', async () => {
    await log.publish(recorded[0]!.map(verdictRecord));
    await queue
      .getByRole('rowheader', { name: /injection/i })
      .first()
      .waitFor(WAIT);
    await screenshot(queue, 'queue');
  });

  it('is moved through and opened by the keyboard alone, and explains the incident', async () => {
    const opened = queue.getByRole('heading', { name: 'What was seen, and what is normal' });
    // While its evidence still comes in, a row may be drawn anew under the keys: a person would press them again.
    await vi.waitFor(async () => {
      await queue.getByRole('row').nth(1).focus();
      for (const key of ['k', 'j', 'Enter']) await queue.keyboard.press(key);
      await opened.waitFor({ timeout: 3_000 });
    }, WAIT);
    await queue
      .getByRole('button', { name: /^Web requests, / })
      .first()
      .waitFor(WAIT);
    await queue
      .getByRole('button', { name: /^SQL statements, / })
      .first()
      .focus();
    await queue.keyboard.press('Enter');
    expect(await queue.locator('.evidence[aria-current=true] mark').count()).toBeGreaterThan(0);
    expect(await accessibilityProblems(queue)).toEqual([]);
    await screenshot(queue, 'incident');
  });

  it('is entered by J wherever the focus is not', async () => {
    const page = await browser.page('/console/incidents?text=injection');
    await page.getByRole('rowheader').first().waitFor(WAIT);
    await page.keyboard.press('j');
    await page.locator('[role=row].line:focus').waitFor(WAIT);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Why it is an incident' }).waitFor(WAIT);
    await page.close();
  });

  it('says that the service is away, and comes back to it by itself', async () => {
    await service.stop();
    await queue.getByText('Reconnecting').waitFor(WAIT);
    service = await ServiceProcess.start('alert-service', settings, port);
    await service.readiness(200);
    await queue.getByText('Live', { exact: true }).waitFor(WAIT);
  });

  it('shows learning that goes on, and how far it has come', async () => {
    const messages = await recordedLogs(['benign-01', 'sqli-union-a']);
    await log.publish(messages.map(messageRecord));
    const { application } = await incidentOf(queue);
    await learn('--application', application, '--push', 'active');
    const out = await mkdtemp(join(tmpdir(), 'plimsoll-learning-'));
    const learning = spawn(process.execPath, [...LEARN, '--follow', '--application', application, '--out', out], {
      env: environment(),
      stdio: 'ignore',
    });
    const page = await browser.page('/console/profiles');
    await page.getByRole('heading', { name: 'Learning' }).waitFor(WAIT);
    await page
      .getByRole('img', { name: /^Novelty over / })
      .first()
      .waitFor(WAIT);
    const ended = once(learning, 'exit');
    learning.kill('SIGINT');
    await ended;
    await rm(out, { recursive: true });
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.close();
  }, 240_000);

  it('decides, and a second tab agrees without a reload', async () => {
    const second = await browser.page(new URL(queue.url()).pathname);
    await second.getByRole('heading', { name: 'Decision' }).waitFor(WAIT);
    await queue.getByLabel('Note').fill('our own scanner');
    await queue.getByRole('button', { name: 'Benign', exact: true }).click();
    await second.getByText('our own scanner').waitFor(WAIT);
    await second.close();
  });

  it('shows that the next version of a profile knows what was called benign, which the one before left out', async () => {
    const { id, application } = await incidentOf(queue);
    await learn('--application', application, '--push', 'shadow');
    const page = await browser.page('/console/profiles');
    await page.getByRole('link', { name: 'sql', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Versions' }).waitFor(WAIT);
    paths.set('profile', new URL(page.url()).pathname).set('incident', `/console/incidents/${id}`);
    const version = page.getByRole('region', { name: 'Versions' }).getByRole('row');
    const next = version.filter({ hasText: 'in shadow' });
    await next
      .getByText(/^Knows what was called benign in/)
      .getByRole('link', { name: id.slice(0, 8) })
      .waitFor(WAIT);
    const before = version.filter({ hasText: 'active' });
    await before
      .getByText(/^Leaves out what lies in/)
      .getByRole('link', { name: id.slice(0, 8) })
      .waitFor(WAIT);
    await page.close();
  }, 240_000);

  it('shows what attackers wrote as text, asks nobody else, and breaks no policy', async () => {
    const atMs = Date.now();
    await publishAlerts(HOSTILE.map((name, i) => ({ name, atMs: atMs + i })));
    await queue.getByRole('link', { name: 'Incidents', exact: true }).first().click();
    await queue.getByText('<img src=x onerror=alert(1)>').first().waitFor(WAIT);
    await queue.getByText('⟨U+202E⟩gnp.exe').first().waitFor(WAIT);
    await queue.getByText('<img src=x onerror=alert(1)>').first().click();
    await queue.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor(WAIT);
    expect(browser.complaints).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });

  it('shows every payload of the recorded attacks as text', async () => {
    const payloads = await recordedPayloads();
    expect(payloads.length).toBeGreaterThan(300);
    const parts = Math.ceil(payloads.length / MAX_INCIDENT_EVIDENCE);
    for (let part = 0; part < parts; part += 1) {
      const own = payloads.slice(part * MAX_INCIDENT_EVIDENCE, (part + 1) * MAX_INCIDENT_EVIDENCE);
      const alert = payloadAlert(own, part);
      await log.publish([{ topic: TOPICS.alerts.name, key: alert.finding_info.uid, value: encodeJson(alert) }]);
      const page = await browser.page(`/console/incidents/${alert.finding_info.uid}`);
      const shown = page.locator('.evidence .compare > div:first-child code');
      await vi.waitFor(async () => {
        if ((await shown.count()) !== own.length) await page.reload();
        await expect.poll(() => shown.count(), { timeout: 5_000 }).toBe(own.length);
      }, WAIT);
      const texts = await shown.allTextContents();
      expect([...texts].map(seen).sort()).toEqual([...own].map(seen).sort());
      await page.close();
    }
    expect(browser.complaints).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  }, 240_000);

  it('loads ten thousand incidents as it scrolls, draws only the rows that are seen, and answers keys at once', async () => {
    const atMs = Date.now() + 3_600_000;
    newestMs = atMs + MANY - 1;
    await publishAlerts(Array.from({ length: MANY }, (_, i) => ({ name: `incident ${i}`, atMs: atMs + i })));
    const total = async (): Promise<number> => {
      const { body } = await service.get('/api/v1/incidents/totals?text=incident%20', tokens['admin']);
      return (JSON.parse(body) as { incidents: number }).incidents;
    };
    await expect.poll(total, { timeout: 120_000, interval: 500 }).toBe(MANY);
    const page = await browser.page('/console/incidents?text=incident%20');
    const grid = page.getByRole('grid');
    await grid.getByText('incident 9999').waitFor(WAIT);
    const rows = async (): Promise<number> => Number(await grid.getAttribute('aria-rowcount'));
    await vi.waitFor(
      async () => {
        await scrollTo(grid, 'end');
        expect(await rows()).toBeGreaterThan(MANY);
      },
      { timeout: 180_000, interval: 50 },
    );
    expect(await grid.getByRole('row').count()).toBeLessThan(100);
    await scrollTo(grid, 'start');
    await grid.getByRole('row').nth(1).focus();
    const moving = ['j', 'j', 'k', 'j', 'k'];
    const one = ['Space', 'Space', 'Space', 'Space', 'Space'];
    const all = ['Control+a', 'Escape', 'Control+a', 'Escape', 'Control+a'];
    for (const keys of [moving, one, all]) {
      const work: number[] = [];
      for (const key of keys) work.push(await browser.workOf(page, () => page.keyboard.press(key)));
      // A key is answered in 100 ms; it took 50 to 80.
      const laid = await laidOut(page);
      expect({ work, laid, isSoon: median(work) < 2 * laid }).toMatchObject({ isSoon: true });
    }
    await page.getByText(`${MANY} selected`).waitFor(WAIT);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.close();
  }, 400_000);

  it('decides about more incidents than one request may name', async () => {
    const many = 250;
    const from = new Date(newestMs - many + 1).toISOString();
    const page = await browser.page(`/console/incidents?text=incident%20&from=${from}`);
    const grid = page.getByRole('grid');
    await grid.getByText('incident 9999').waitFor(WAIT);
    await vi.waitFor(
      async () => {
        await scrollTo(grid, 'end');
        expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(many);
      },
      { timeout: 60_000, interval: 50 },
    );
    await scrollTo(grid, 'start');
    await grid.locator('label').first().click();
    await page.getByText(`${many} selected`).waitFor(WAIT);
    await page.getByRole('button', { name: 'Take them' }).click();
    const bar = page.getByRole('region', { name: 'Decide about the selection' });
    await bar.waitFor({ state: 'detached', timeout: 120_000 });
    const query = 'text=incident%20&assignee=an%20analyst';
    const { body } = await service.get(`/api/v1/incidents/totals?${query}`, tokens['admin']);
    expect(JSON.parse(body)).toMatchObject({ incidents: many });
    await page.close();
  }, 300_000);

  it('is small, and shows its first view soon', async () => {
    const { shell, routes } = await scriptSizes();
    expect(shell).toBeLessThan(230 * 1_024);
    expect(Math.max(...routes)).toBeLessThan(40 * 1_024);
    const work: number[] = [];
    const laid: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const page = await browser.context.newPage();
      const spent = await browser.workOf(page, async () => {
        await page.goto(`${service.address}/console/incidents`);
        await page.getByRole('rowheader').first().waitFor(WAIT);
      });
      work.push(spent);
      laid.push(await laidOut(page));
      await page.close();
    }
    // What the page's main thread does until its rows stand there; it took 7 times as long.
    expect(median(work)).toBeLessThan(12 * median(laid));
  }, 120_000);

  it('lets a viewer look and change nothing', async () => {
    const context = await Browser.start(service.address);
    const page = await context.page('/console/watch');
    await page.getByLabel('Access token').fill(tokens['viewer']!);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Watch' }).waitFor(WAIT);
    await screenshot(page, 'watch');
    await page.goto(queue.url());
    await page.getByText('Deciding needs the role analyst').waitFor(WAIT);
    expect(await page.getByRole('button', { name: 'Benign' }).count()).toBe(0);
    const id = new URL(queue.url()).pathname.split('/').at(-1)!;
    const status = await page.evaluate(async (incident) => {
      const answer = await fetch(`/api/v1/incidents/${incident}/status`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-plimsoll-console': '1' },
        body: JSON.stringify({ status: 'resolved' }),
      });
      return answer.status;
    }, id);
    expect(status).toBe(403);
    await context.close();
  });

  it('suppresses a kind of incident by the keyboard alone', async () => {
    const page = await browser.page(new URL(queue.url()).pathname);
    const press = async (name: string | RegExp): Promise<void> => {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
    };
    await page.getByRole('heading', { name: 'Decision' }).waitFor(WAIT);
    await press(/^Suppress this kind/);
    await page.getByRole('dialog').waitFor(WAIT);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press(/^Suppress this kind/);
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('a scan that was announced');
    await press(/^Suppress$/);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${service.address}/console/suppressions`);
    await page.getByText('a scan that was announced').waitFor(WAIT);
    await page.close();
  });

  it.each(VIEWS)('%s can be used by everybody: light and dark, wide and narrow, by keys', async (view) => {
    const page = await browser.page(paths.get(view) ?? `/console/${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor(WAIT);
    await page.getByText('Loading').first().waitFor({ state: 'detached', timeout: 30_000 });
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const [width, height] of [
        [1400, 900],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        expect(await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThan(1);
        await screenshot(page, `${view}-${scheme}-${width > 600 ? 'wide' : 'narrow'}`);
        expect(await accessibilityProblems(page)).toEqual([]);
      }
    }
    // Anew: the walk begins where a page begins.
    for (const width of [1400, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor(WAIT);
      await page.getByText('Loading').first().waitFor({ state: 'detached', timeout: 30_000 });
      expect(await keyboardProblems(page)).toEqual([]);
    }
    await page.close();
  });

  it('lets people in whom an identity provider names, as what their groups say, and nobody else', async () => {
    const context = await Browser.start(service.address);
    const page = await context.page('/console/');
    const signIn = async (name: string): Promise<void> => {
      await page.getByRole('link', { name: 'Sign in with the test provider' }).click();
      await page.locator('input[name=login]').fill(name);
      await page.locator('input[name=password]').fill('any');
      await page.locator('button[type=submit]').click();
      await page.getByRole('button', { name: 'Continue' }).click();
    };
    await signIn('ann');
    await page.getByText('ann.of.house (analyst)').waitFor(WAIT);
    await page.goto(queue.url());
    await page.getByLabel('Note').fill('seen by ann');
    await page.getByRole('button', { name: 'In progress', exact: true }).click();
    await page.getByText('seen by ann').waitFor(WAIT);
    await page.goto(`${service.address}/console/dead-letters`);
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor(WAIT);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor(WAIT);
    await context.context.clearCookies();
    await page.goto(`${service.address}/console/`);
    await signIn('bob');
    await page.getByText('gives you no role here').waitFor(WAIT);
    await context.context.clearCookies();
    await page.goto(`${service.address}/console/`);
    await signIn('root');
    await page.getByText('root.of.house (admin)').waitFor(WAIT);
    await page.goto(`${service.address}/console/audit`);
    // A name may be changed at the provider, and pass to somebody else: the account does not.
    await page.getByText('account ann').first().waitFor(WAIT);
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, 'audit');
    expect(context.complaints).toEqual([]);
    await context.close();
  });
});

/** The incident that the queue's tab shows. */
async function incidentOf(page: Page): Promise<{ readonly id: string; readonly application: string }> {
  const id = new URL(page.url()).pathname.split('/').at(-1)!;
  const { body } = await service.get(`/api/v1/incidents/${id}`, tokens['admin']);
  return JSON.parse(body) as { id: string; application: string };
}

/** The requests and statements of recorded episodes. */
async function recordedLogs(episodes: readonly string[]): Promise<CollectorMessage[]> {
  const recordings = await findRecordings(join(ROOT, 'recordings/employee'));
  const sources = recordings.filter(({ recording }) => episodes.includes(recording.episode)).flatMap(sourcesOf);
  const messages: CollectorMessage[] = [];
  for await (const message of replay(sources)) if (message.topic === 'logs') messages.push(message);
  return messages;
}

/** The command as it stands after `npm run build`, on the test's stack. */
async function learn(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [...LEARN, ...args], { env: environment() });
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url };
}

/** Without what is shown by its number. */
function seen(text: string): string {
  return text.replaceAll(/⟨U\+[0-9A-F]+⟩|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}⏎⇥]/gu, '');
}

function payloadAlert(payloads: readonly string[], part: number): Alert {
  const alert = incidentAlert(`payloads ${part}`, { atMs: Date.now() - 60_000, evidence: payloads.length });
  const evidences = alert.evidences.map((evidence, i) => ({
    ...evidence,
    data: { ...evidence.data, observed: payloads[i]! },
  }));
  return Alert.parse({ ...alert, message: payloads[0], evidences });
}

/** What a test uses of an element of a page. */
interface Scrolling {
  scrollTop: number;
  readonly scrollHeight: number;
}

function scrollTo(locator: Locator, where: 'start' | 'end'): Promise<void> {
  return locator.evaluate((element: unknown, to) => {
    const scrolling = element as Scrolling;
    scrolling.scrollTop = to === 'start' ? 0 : scrolling.scrollHeight;
  }, where);
}

async function laidOut(page: Page): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i += 1) times.push(await browser.workOf(page, () => page.evaluate(LAYING_OUT)));
  return median(times);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Bytes of script, as gzip leaves them: what the first page loads, and each view's own part. */
async function scriptSizes(): Promise<{ readonly shell: number; readonly routes: readonly number[] }> {
  const folder = join(ROOT, 'apps/console/dist');
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  const first = new Set([...page.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name]) => name));
  const scripts = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(
    scripts.map(async (name) => ({ name, size: gzipSync(await readFile(join(folder, 'assets', name))).length })),
  );
  const of = (own: boolean): number[] => sizes.filter(({ name }) => first.has(name) === own).map(({ size }) => size);
  return { shell: of(true).reduce((sum, size) => sum + size, 0), routes: of(false) };
}

async function publishAlerts(incidents: readonly { readonly name: string; readonly atMs: number }[]): Promise<void> {
  for (let from = 0; from < incidents.length; from += 500) {
    await log.publish(
      incidents.slice(from, from + 500).map(({ name, atMs }) => {
        const alert = incidentAlert(name, { atMs });
        return { topic: TOPICS.alerts.name, key: alert.finding_info.uid, value: encodeJson(alert) };
      }),
    );
  }
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}
