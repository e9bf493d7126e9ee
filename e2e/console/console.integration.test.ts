import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { encodeJson, TOPICS, type VerdictMessage } from '@plimsoll/contracts';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { verdictRecord } from '@plimsoll/pipelines';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { recordedVerdicts } from '../golden/recorded-verdicts.js';
import { freePort, startLocalKafka, startLocalRedis, type LocalKafka, type LocalRedis } from '../servers/index.js';
import { ServiceProcess } from '../services/service-process.js';
import { accessibilityProblems, Browser } from './browser.js';

/** Where screenshots go, if they are wanted: the documentation's are made so. */
const SCREENSHOTS = process.env['PLIMSOLL_SCREENSHOTS'];
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

let kafka: LocalKafka;
let redis: LocalRedis;
let service: ServiceProcess;
let browser: Browser;
let log: KafkaLog;
let recorded: readonly VerdictMessage[][];
let settings: Readonly<Record<string, string>>;
let port: number;

beforeAll(async () => {
  [kafka, redis, recorded, port] = await Promise.all([
    startLocalKafka(1),
    startLocalRedis(),
    recordedVerdicts(['sqli-union-a', 'xss-stored-3-a']),
    freePort(),
  ]);
  const brokers = kafka.brokers.split(',');
  await applyTopics({ brokers }, Object.values(TOPICS));
  settings = {
    KAFKA_BROKERS: kafka.brokers,
    REDIS_URL: redis.url,
    PLIMSOLL_SESSION_KEY: randomBytes(32).toString('base64url'),
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
}, 240_000);

afterAll(async () => {
  await browser.close();
  await log.close();
  await service.stop();
  await Promise.all([kafka.close(), redis.close()]);
});

describe('the console, in a real browser on the real service', () => {
  let queue: Page;

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
      for (const key of ['j', 'k', 'Enter']) await queue.keyboard.press(key);
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

  it('says that the service is away, and comes back to it by itself', async () => {
    await service.stop();
    await queue.getByText('Reconnecting').waitFor(WAIT);
    service = await ServiceProcess.start('alert-service', settings, port);
    await service.readiness(200);
    await queue.getByText('Live', { exact: true }).waitFor(WAIT);
  });

  it('decides, and a second tab agrees without a reload', async () => {
    const second = await browser.page(new URL(queue.url()).pathname);
    await second.getByRole('heading', { name: 'Decision' }).waitFor(WAIT);
    await queue.getByLabel('Note').fill('our own scanner');
    await queue.getByRole('button', { name: 'Benign', exact: true }).click();
    await second.getByText('our own scanner').waitFor(WAIT);
    await second.close();
  });

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

  it('pages through ten thousand incidents, and draws only the rows that are seen', async () => {
    const atMs = Date.now() + 3_600_000;
    await publishAlerts(Array.from({ length: MANY }, (_, i) => ({ name: `incident ${i}`, atMs: atMs + i })));
    // The last of each partition: the store has taken in all of them.
    for (const last of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => MANY - 1 - n)) {
      await vi.waitFor(
        async () => {
          const { body } = await service.get(`/api/v1/incidents?limit=1&text=incident%20${last}%20in`, tokens['admin']);
          expect(body).toContain(`incident ${last} in`);
        },
        { timeout: 120_000, interval: 500 },
      );
    }
    const page = await browser.page('/console/incidents');
    const grid = page.getByRole('grid');
    await grid.getByText('incident 9999').waitFor(WAIT);
    for (let rows = 100; rows < 1_100; rows += 100) {
      await expect.poll(async () => Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(rows);
      await page.getByRole('button', { name: 'Show older incidents' }).click();
    }
    await grid.evaluate('(element) => { element.scrollTop = element.scrollHeight; }');
    expect(await grid.getByRole('row').count()).toBeLessThan(100);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.close();
  }, 240_000);

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

  it.each(['watch', 'profiles', 'suppressions'])('%s can be used by everybody', async (view) => {
    const page = await browser.page(`/console/${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor(WAIT);
    expect(await accessibilityProblems(page)).toEqual([]);
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await screenshot(page, `${view}-${scheme}`);
    }
    await page.close();
  });
});

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
