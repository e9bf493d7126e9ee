import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axe, { type AxeResults } from 'axe-core';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** Where Debian puts it; tests download no browser. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser with a profile of its own, and what its pages complained about or asked for elsewhere. */
export class Browser {
  /** Violations of the content security policy, and errors that a page did not handle. */
  readonly complaints: string[] = [];
  /** Addresses asked outside the service. */
  readonly elsewhere: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly folder: string,
    private readonly address: string,
  ) {}

  static async start(address: string): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-browser-'));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: CHROMIUM,
      args: FLAGS,
      viewport: { width: 1400, height: 900 },
      reducedMotion: 'reduce',
    });
    const browser = new Browser(context, folder, address);
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(address) && !url.startsWith('data:') && !url.startsWith('about:'))
        browser.elsewhere.push(url);
    });
    return browser;
  }

  async page(path: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('console', (message) => {
      if (/content security policy|trustedscript|trusted type/i.test(message.text()))
        this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.goto(`${this.address}${path}`);
    return page;
  }

  /**
   * Milliseconds that a page's main thread computed meanwhile: of its own processor time, so that what else the machine
   * does counts for nothing.
   */
  async workOf(page: Page, doing: () => Promise<unknown>): Promise<number> {
    const session = await this.context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
    };
    const before = await spent();
    await doing();
    // Two frames: what follows from it has been drawn.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const work = (await spent()) - before;
    await session.detach();
    return work;
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What axe finds wrong with a page, by rule and element. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

const MOST_STOPS = 500;

/** Lays down what somebody must be able to press or fill in: what is seen, works, and is no part of a list or table of its own keys. */
const INTERACTIVE = `window.walked = [...document.querySelectorAll(
  'a[href], button, input, select, textarea, summary, [role=button], [role=listbox], [role=grid], [tabindex="0"]'
)].filter((one) =>
  one.checkVisibility({ visibilityProperty: true }) && !one.disabled &&
  !one.closest('[aria-hidden=true], [inert]') && !one.parentElement.closest('[role=grid], [role=listbox]')
).map((one) => ({ one, reached: false }))`;
/** Where the focus is, and whether it shows; what is within a table or list stands for it. */
const STOP = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return 'outside';
  for (const stop of window.walked) if (stop.one === at || (stop.one.matches('[role=grid], [role=listbox]') && stop.one.contains(at))) stop.reached = true;
  const shown = [at, at.closest('[data-focus-visible]')].some(
    (one) => one !== null && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) > 0
  );
  return shown ? '' : at.outerHTML.slice(0, 120);
})()`;
const MISSED = `window.walked.filter(({ one, reached }) => !reached && one.isConnected).map(({ one }) => one.outerHTML.slice(0, 120))`;

/** What the Tab key does not reach on a page, walked from its beginning until it is left, and where no focus shows. */
export async function keyboardProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(INTERACTIVE);
  const hidden = new Set<string>();
  for (let stops = 0; ; stops += 1) {
    if (stops === MOST_STOPS) return ['the focus does not leave the page'];
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<string>(STOP);
    if (stop === 'outside' && stops > 0) break;
    if (stop !== '') hidden.add(`no focus shows: ${stop}`);
  }
  const missed = await page.evaluate<readonly string[]>(MISSED);
  return [...missed.map((html) => `not reached: ${html}`), ...hidden];
}
