import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { HttpExchange } from '../http/http-exchange.js';
import { lastHeader } from '../http/header-facts.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import type { WireExchange } from '../wire/connection.js';
import { RECORDINGS, sharedData } from './shared-data.fixture.js';
import { StraceParser } from './strace-parser.js';
import { readTrace, runWire, split } from '../wire/wire-run.fixture.js';

interface AccessLine {
  method: string;
  path: string;
  query: string;
  status: number;
  referer: string;
  user_agent: string;
}

const isRequest = (exchange: WireExchange): exchange is HttpExchange =>
  exchange.type === 'http' && exchange.side === 'server';
const isStatement = (exchange: WireExchange): exchange is SqlExchange => exchange.type === 'sql';
const text = (statement: SqlExchange) => Buffer.from(statement.statement).toString('latin1');

function requestLine({ request, response }: HttpExchange): string {
  const header = (name: string) => lastHeader(request.headers, name);
  return [request.method, request.target, response?.status, header('referer'), header('user-agent')].join(' | ');
}

function accessLine(line: AccessLine): string {
  const target = line.query === '' ? line.path : `${line.path}?${line.query}`;
  return [line.method, target, line.status, line.referer, line.user_agent].join(' | ');
}

/** Apache's dummy connections to itself are in only one of trace and log at the recording's ends. */
const isOwn = (line: string) => line.startsWith('OPTIONS | * ');

function episode(folder: string) {
  const web = runWire(split(readTrace(join(folder, 'web.strace.gz')), 65_536));
  const db = runWire(split(readTrace(join(folder, 'db.strace.gz')), 65_536));
  const log = readTrace(join(folder, 'access.jsonl.gz')).toString().trim().split('\n');
  return {
    web,
    db,
    requests: web.exchanges.filter(isRequest),
    asked: web.exchanges.filter(isStatement),
    answered: db.exchanges.filter(isStatement),
    access: log.map((line) => accessLine(JSON.parse(line) as AccessLine)),
  };
}

describe.each(readdirSync(RECORDINGS).slice(0, 4))('bundled recording %s', (name) => {
  const { web, db, requests, asked, answered, access } = episode(join(RECORDINGS, name));

  it('is read without a malformed or cut line', () => {
    for (const { counts } of [web, db]) expect(counts).toMatchObject({ malformed: 0, cut: 0, glued: 0, orphans: 0 });
  });

  it('has the requests that the access log has, each with its status', () => {
    const rebuilt = requests.map(requestLine).filter((line) => !isOwn(line));
    expect(rebuilt.sort()).toEqual(access.filter((line) => !isOwn(line)).sort());
    expect(requests.every((exchange) => exchange.request.complete && exchange.response !== undefined)).toBe(true);
  });

  it('has the same statements where the web server sent them and where the database read them', () => {
    const left = new Map<string, number>();
    for (const statement of answered) left.set(text(statement), (left.get(text(statement)) ?? 0) + 1);
    for (const statement of asked) {
      const count = left.get(text(statement)) ?? 0;
      expect(count).toBeGreaterThan(0);
      left.set(text(statement), count - 1);
    }
    expect(answered.every((statement) => statement.complete && statement.response !== undefined)).toBe(true);
  });

  it('joins each statement to the request that its thread served', () => {
    for (const statement of asked) {
      const serving = requests.filter(
        (request) =>
          request.thread === statement.thread &&
          request.startUs <= statement.startUs &&
          request.endUs >= statement.endUs,
      );
      expect(serving).toHaveLength(1);
    }
  });

  it('has times that never decrease', () => {
    for (const { timesUs } of [web, db]) {
      expect(timesUs.every((timeUs, i) => i === 0 || timeUs >= timesUs[i - 1]!)).toBe(true);
    }
  });
});

const employee = sharedData('recordings/employee');
if (employee !== undefined) {
  describe('all employee recordings', () => {
    it('give the requests and statements that their description counts', { timeout: 120_000 }, () => {
      const totals = { requests: 0, statements: 0, cutRequests: 0, cutStatements: 0 };
      for (const name of readdirSync(employee).filter((entry) => entry.startsWith('employee-'))) {
        const { requests, answered } = episode(join(employee, name));
        totals.requests += requests.length;
        totals.statements += answered.length;
        totals.cutRequests += requests.filter((exchange) => !exchange.request.complete).length;
        totals.cutStatements += answered.filter((statement) => !statement.complete).length;
      }
      expect(totals).toEqual({ requests: 7_831, statements: 7_034, cutRequests: 0, cutStatements: 0 });
    });
  });
}

const [oracle, hidsDocker] = [sharedData('oracle'), sharedData('hids-docker')];
if (oracle !== undefined && hidsDocker !== undefined && existsSync(join(oracle, 'stream.txt.gz'))) {
  describe('hids-docker', () => {
    const stream = readTrace(join(oracle, 'stream.txt.gz')).toString().trim().split('\n').map(Number);
    const rows = readFileSync(join(oracle, 'recordings.tsv'), 'utf8').trim().split('\n').slice(1);

    it.each(rows.map((row) => row.split('\t')))(
      '%s %s has the calls that LID-DS reads',
      (_part, name, _label, offset, length) => {
        const parser = new StraceParser({ countSignals: true });
        const items = [...parser.push(readTrace(join(hidsDocker, `${name}.gz`))), ...parser.end()];
        const numbers = items.flatMap((item) => (item.type === 'calls' ? [...item.calls.numbers] : []));
        expect(numbers).toEqual(stream.slice(Number(offset), Number(offset) + Number(length)));
      },
    );
  });
}
