import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { URL } from 'node:url';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';
/** Debian's `modsecurity-crs`: the settings and all rules. A copy of one's own: CRS=/path/to/owasp-crs.load. */
const RULES = process.env.CRS ?? '/usr/share/modsecurity-crs/owasp-crs.load';
/** From here on CRS blocks, by its own default. */
export const BLOCKS_AT = 5;
const PATHS = { sqli: 'sqli', xss: 'xss', rce: 'web-shell', php: 'web-shell', lfi: 'path-traversal', rfi: 'ssrf' };
const PATIENCE_MS = 20_000;
/** Headers that belong to the connection on which a request came, not to the request. */
const OWN = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect', 'keep-alive', 'upgrade']);

/**
 * Apache with ModSecurity and OWASP CRS on the loopback interface, asked by request: what a user would pick instead.
 * None of its rules are in this repository: it reads Debian's packages or a copy of one's own.
 */
export class RuleSet {
  #folder = mkdtempSync(join(tmpdir(), 'rule-set-'));
  #port = 20_000 + (process.pid % 20_000);
  #apache;
  #said = [];

  static async start(paranoia = 1) {
    const missing = [APACHE, join(MODULES, 'mod_security2.so'), RULES].filter((file) => !existsSync(file));
    if (missing.length > 0)
      throw new Error(
        `${missing.join(', ')} not found: apt-get install apache2 libapache2-mod-security2 modsecurity-crs`,
      );
    const rules = new RuleSet();
    await rules.#start(paranoia);
    return rules;
  }

  static version() {
    const setup = readFileSync('/etc/modsecurity/crs/crs-setup.conf', 'utf8');
    return /OWASP ModSecurity Core Rule Set ver\.([\d.]+)/.exec(setup)?.[1] ?? 'of unknown version';
  }

  async #start(paranoia) {
    mkdirSync(join(this.#folder, 'page'));
    writeFileSync(join(this.#folder, 'page', 'index.html'), '<title>page</title>\n');
    const values = { FOLDER: this.#folder, PORT: this.#port, MODULES, RULES, PARANOIA: paranoia };
    const template = readFileSync(new URL('apache.conf', import.meta.url), 'utf8');
    const text = Object.entries(values).reduce((all, [name, value]) => all.replaceAll(name, String(value)), template);
    writeFileSync(join(this.#folder, 'apache.conf'), text);
    if (process.getuid?.() === 0) execFileSync('chmod', ['-R', 'a+rwX', this.#folder]); // its workers are www-data
    this.#apache = spawn(APACHE, ['-DFOREGROUND', '-f', join(this.#folder, 'apache.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#apache.stderr.on('data', (text) => this.#said.push(String(text)));
    const end = Date.now() + 4 * PATIENCE_MS;
    for (;;) {
      try {
        await this.ask({ method: 'GET', target: '/', headers: [], body: new Uint8Array() });
        return;
      } catch (cause) {
        if (Date.now() > end || this.#apache.exitCode !== null) {
          await this.stop();
          throw new Error(`Apache with the rule set does not start: ${this.#said.join('').slice(-400)}`, { cause });
        }
        await wait(200);
      }
    }
  }

  /**
   * What CRS makes of a request: its anomaly score, and the path of the class of rules that scored highest. Headers are
   * pairs; a host that is an address counts against a request by itself, so it is given a name.
   */
  async ask({ method, target, headers, body }) {
    const kept = headers.filter(([name]) => !OWN.has(name.toLowerCase()));
    const head = [
      `${method} ${target} HTTP/1.1`,
      'Host: shop.example',
      ...kept.map(([name, value]) => `${name}: ${value}`),
      ...(body.length > 0 || method === 'POST' ? [`Content-Length: ${body.length}`] : []),
      'Connection: close',
    ];
    const answer = await this.#exchange(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
    const told = /^X-Rules: (\d+) (.*)$/im.exec(answer);
    if (!told) return { score: 0, path: 'unknown', read: false };
    const classes = [...told[2].matchAll(/(\w+)=(\d+)/g)].map(([, name, score]) => ({ name, score: Number(score) }));
    const highest = classes.reduce((best, each) => (each.score > best.score ? each : best), { name: '', score: 0 });
    return { score: Number(told[1]), path: PATHS[highest.name] ?? 'unknown', read: true };
  }

  #exchange(bytes) {
    return new Promise((resolve, reject) => {
      const chunks = [];
      const socket = connect(this.#port, '127.0.0.1', () => socket.write(bytes));
      socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
      socket.on('error', reject);
    });
  }

  async stop() {
    if (this.#apache.exitCode === null) {
      const ended = new Promise((resolve) => this.#apache.once('exit', resolve));
      this.#apache.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
