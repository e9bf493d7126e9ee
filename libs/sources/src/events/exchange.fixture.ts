import type { HttpExchange } from '../http/http-exchange.js';
import type { SourceContext } from '../source.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import { webMemory } from './web/web-memory.js';
import type { WebMemory } from './web/web-request-event.js';

const SECOND_US = 1_000_000;

export function context(privacy: SourceContext['privacy'] = 'balanced'): SourceContext {
  return { application: 'shop', workload: 'web', container: 'web-1', stream: 'test', privacy };
}

export function memory(): WebMemory {
  return webMemory('key');
}

export interface HttpParts {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly response?: string;
  readonly responseHeaders?: readonly (readonly [string, string])[];
  readonly status?: number;
  readonly startUs?: number;
  readonly ordinal?: number;
  readonly thread?: number;
}

/** One request with its response as the rebuilder gives it. */
export function http(parts: HttpParts): HttpExchange {
  const { startUs = SECOND_US, body = '', response = '' } = parts;
  const [sent, answered] = [Buffer.from(body, 'utf8'), Buffer.from(response, 'utf8')];
  return {
    type: 'http',
    side: 'server',
    connection: '7:11#1',
    ordinal: parts.ordinal ?? 0,
    thread: parts.thread ?? 7,
    peer: '10.0.0.1:4000',
    startUs,
    endUs: startUs + 5_000,
    request: {
      method: parts.method ?? 'GET',
      target: parts.target ?? '/',
      version: '1.1',
      headers: [['Host', 'shop.test'], ...(parts.headers ?? [])],
      body: sent,
      bodyBytes: sent.byteLength,
      complete: true,
      unseen: [],
    },
    response: {
      status: parts.status ?? 200,
      headers: [['Content-Type', 'text/html; charset=utf-8'], ...(parts.responseHeaders ?? [])],
      body: answered,
      bodyBytes: answered.byteLength,
      decoded: false,
      complete: true,
      timeUs: startUs + 4_000,
    },
  };
}

/** One statement as the rebuilder gives it. */
export function sql(statement: string, parts: Partial<SqlExchange> = {}): SqlExchange {
  return {
    type: 'sql',
    side: 'server',
    protocol: 'mysql',
    connection: '9:23#4',
    ordinal: 0,
    thread: 9,
    peer: '127.0.0.1:5000',
    startUs: SECOND_US + 1_000,
    endUs: SECOND_US + 2_000,
    user: 'app',
    database: 'shop',
    statement: Buffer.from(statement, 'utf8'),
    prepared: false,
    parameters: 0,
    complete: true,
    response: {
      kind: 'ok',
      errorCode: undefined,
      rows: undefined,
      affected: 1,
      columns: [],
      bytes: 11,
      complete: true,
    },
    ...parts,
  };
}
