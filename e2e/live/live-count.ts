import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import type { LogEvent, SqlStatement, WebRequest } from '@plimsoll/contracts';

import { ROOT } from '../root.js';
import { startLocalApache, startLocalMariadb, type LocalMariadb } from '../servers/index.js';
import { LiveCollector } from './live-collector.js';

/** What clients did and what the collector made of it, for one kind of message of one server. */
export interface LiveCount {
  readonly of: string;
  readonly sent: number;
  readonly rebuilt: number;
  /** Sent and not rebuilt. */
  readonly missing: number;
  /** Rebuilt and sent by no client, or rebuilt twice. */
  readonly invented: number;
  /** Rebuilt with the server's answer. */
  readonly answered: number;
  /** Calls and events that were lost on the way, each announced. */
  readonly lost: number;
  readonly perSecond: number;
}

export interface LiveCountOptions {
  readonly brokers: string;
  /** Clients at once; half of a database's connect before the collector attaches. */
  readonly clients: number;
  /** Rounds of each client. */
  readonly rounds: number;
}

const FOLDER = join(ROOT, 'e2e/live');
const SCHEMA = `
  CREATE DATABASE stock; USE stock;
  CREATE TABLE item (number INT PRIMARY KEY, name VARCHAR(40), amount INT, note VARCHAR(80));
  INSERT INTO item SELECT seq, CONCAT('item ', seq), seq * 3, '' FROM seq_1_to_100;
  CREATE TABLE event (id INT AUTO_INCREMENT PRIMARY KEY, mark VARCHAR(40), number INT);
  CREATE USER client@'127.0.0.1'; GRANT ALL ON stock.* TO client@'127.0.0.1';`;

/** A database, one thread a connection or a pool of threads, asked by PHP's clients while the collector is attached. */
export async function countStatements(model: 'threads' | 'pool', options: LiveCountOptions): Promise<LiveCount[]> {
  const { brokers, clients, rounds } = options;
  const database = await stockedDatabase(model === 'pool' ? ['--thread-handling=pool-of-threads'] : []);
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-load-'));
  const go = join(folder, 'go');
  const client = (name: string): Promise<Asked> => askDatabase(database.port, name, rounds, join(folder, name), go);
  try {
    const before = names('a', Math.ceil(clients / 2));
    const early = before.map(client);
    await Promise.all(before.map((name) => untilThere(join(folder, name))));
    const collector = await LiveCollector.start(brokers, `live-${model}-${Date.now()}`, { db: database.pid });
    const begin = performance.now();
    await writeFile(go, '');
    const asked = await Promise.all([...early, ...names('b', Math.floor(clients / 2)).map(client)]);
    const seconds = (performance.now() - begin) / 1_000;
    await collector.stop();
    const sent = asked.flatMap(({ texts }) => texts);
    const prepared = asked.reduce((sum, each) => sum + each.early, 0);
    const statements = collector.events.filter((event) => event.type === 'sql-statement');
    const lost = lostOf(collector.events);
    const known = statements.filter((event) => markOf(event) !== undefined);
    const rest = statements.filter((event) => event.prepared && markOf(event) === undefined);
    const title = model === 'pool' ? 'MariaDB, pool of threads' : 'MariaDB, a thread a connection';
    return [
      compared(`${title}: statements`, sent, known, markOf, lost, seconds),
      {
        of: `${title}: executions of what was prepared before`,
        sent: prepared,
        rebuilt: rest.length,
        missing: Math.max(0, prepared - rest.length),
        invented: Math.max(0, rest.length - prepared),
        answered: rest.filter(({ response }) => response !== undefined).length,
        lost,
        perSecond: prepared / seconds,
      },
    ];
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Apache's processes with PHP and the database that their pages ask, both attached to. */
export async function countPages(options: LiveCountOptions): Promise<LiveCount[]> {
  const { brokers, clients, rounds } = options;
  const database = await stockedDatabase([]);
  const page = (await readFile(join(FOLDER, 'page.php'), 'utf8')).replace(
    `(int) getenv('DATABASE_PORT')`,
    String(database.port),
  );
  const apache = await startLocalApache({ model: 'prefork', files: { 'page.php': page }, workers: clients });
  try {
    const pids = { web: apache.pid, db: database.pid };
    const collector = await LiveCollector.start(brokers, `live-prefork-${Date.now()}`, pids);
    const { marks, seconds } = await browse(apache.port, '/page.php', clients, rounds);
    await collector.stop();
    const lost = lostOf(collector.events);
    const requests = collector.events.filter((event) => event.type === 'web-request');
    const statements = collector.events.filter(
      (event) => event.type === 'sql-statement' && event.workload === 'db',
    ) as SqlStatement[];
    const issued = requests.reduce((sum, request) => sum + request.statements.length, 0);
    const asked = marks.flatMap((mark) => [`${mark}q`, `${mark}p`]);
    return [
      compared('Apache, prefork with PHP: requests', marks, requests, parameterOf, lost, seconds),
      {
        of: 'Apache, prefork with PHP: statements joined to their request',
        sent: asked.length,
        rebuilt: issued,
        missing: Math.max(0, asked.length - issued),
        invented: Math.max(0, issued - asked.length),
        answered: issued,
        lost,
        perSecond: asked.length / seconds,
      },
      compared('MariaDB behind it: statements', asked, statements, markOf, lost, seconds),
    ];
  } finally {
    await apache.close();
    await database.close();
  }
}

/** Apache's threads that serve a file, with connections that begin before the collector attaches. */
export async function countFiles(options: LiveCountOptions): Promise<LiveCount[]> {
  const { brokers, clients, rounds } = options;
  const apache = await startLocalApache({ model: 'event', files: { 'file.html': '<p>file</p>' }, workers: clients });
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  try {
    await browse(apache.port, '/file.html', clients, 2, agent);
    const collector = await LiveCollector.start(brokers, `live-event-${Date.now()}`, { web: apache.pid });
    const { marks, seconds } = await browse(apache.port, '/file.html', clients, rounds, agent);
    await collector.stop();
    const requests = collector.events.filter((event) => event.type === 'web-request');
    return [compared('Apache, threads: requests', marks, requests, parameterOf, lostOf(collector.events), seconds)];
  } finally {
    agent.destroy();
    await apache.close();
  }
}

/** A database with the tables that the clients ask. */
export async function stockedDatabase(settings: readonly string[]): Promise<LocalMariadb> {
  const database = await startLocalMariadb(settings);
  await database.execute(SCHEMA);
  return database;
}

interface Asked {
  readonly texts: readonly string[];
  readonly early: number;
}

/** Runs one client of the database to its end; it begins when the file `go` is there. */
export async function askDatabase(
  port: number,
  name: string,
  rounds: number,
  ready: string,
  go: string,
): Promise<Asked> {
  const args = [join(FOLDER, 'statements.php'), String(port), name, String(rounds), ready, go];
  const child = spawn('php', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`a client of the database failed: ${errors}${output}`);
  return JSON.parse(output) as Asked;
}

/** Every client asks in turn for a page of its own mark; each answer must repeat or be the page. */
async function browse(
  port: number,
  path: string,
  clients: number,
  rounds: number,
  agent = new Agent({ keepAlive: true, maxSockets: clients }),
): Promise<{ marks: string[]; seconds: number }> {
  const marks: string[] = [];
  const begin = performance.now();
  await Promise.all(
    names('w', clients).map(async (name) => {
      for (let round = 0; round < rounds; round++) {
        const mark = `${name}x${round}`;
        const status = await statusOf(port, `${path}?mark=${mark}`, agent);
        if (status !== 200) throw new Error(`${path} answers ${status}`);
        marks.push(mark);
      }
    }),
  );
  return { marks, seconds: (performance.now() - begin) / 1_000 };
}

function statusOf(port: number, path: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume().once('end', () => {
        resolve(response.statusCode ?? 0);
      });
    }).once('error', reject);
  });
}

function compared<Event extends SqlStatement | WebRequest>(
  of: string,
  sent: readonly string[],
  events: readonly Event[],
  markOfEvent: (event: Event) => string | undefined,
  lost: number,
  seconds: number,
): LiveCount {
  const expected = new Set(sent);
  const seen = new Set<string>();
  let [invented, answered] = [0, 0];
  for (const event of events) {
    const mark = markOfEvent(event) ?? '';
    if (!expected.has(mark) || seen.has(mark)) invented++;
    seen.add(mark);
    if (event.type === 'sql-statement' ? event.response !== undefined : event.status === 200) answered++;
  }
  const missing = sent.filter((mark) => !seen.has(mark)).length;
  return { of, sent: sent.length, rebuilt: events.length, missing, invented, answered, lost, perSecond: sent.length / seconds }; // prettier-ignore
}

function markOf({ text }: SqlStatement): string | undefined {
  return /\b[abw]\d{1,3}x\d{1,6}[qup]\b/.exec(text ?? '')?.[0];
}

function parameterOf({ parameters }: WebRequest): string | undefined {
  return parameters.find(({ name }) => name === 'mark')?.value;
}

function lostOf(events: readonly LogEvent[]): number {
  return events.reduce((sum, event) => sum + (event.type === 'gap' ? Math.max(1, event.gap.lost ?? 1) : 0), 0);
}

function names(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i}`);
}

async function untilThere(path: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    try {
      await access(path);
      return;
    } catch {
      await wait(25);
    }
  }
  throw new Error(`${path} does not appear`);
}
