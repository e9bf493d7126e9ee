import { incidentAlert } from '@plimsoll/incidents/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { testApi, type TestApi } from '../testing/api.js';
import { API_CONTROLLERS } from './alert-api.module.js';
import { openApiDocument } from './openapi.js';

/** The parts of a JSON Schema from which values are made up. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The same, as a validator takes it. */
type JsonSchema = Schema & Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>;

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Asked {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const RUNS = 60;

const document = openApiDocument(API_CONTROLLERS, '0.1.0') as {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};
// The stream has no end; a test of its own reads it.
const operations = Object.entries(document.paths)
  .flatMap(([path, methods]) => Object.entries(methods).map(([method, described]) => ({ path, method, described })))
  .filter(({ described }) => described.operationId !== 'streamIncidents');

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  for (let i = 0; i < 5; i++) await api.incidents.apply(incidentAlert(`incident ${i}`));
});
afterAll(() => api.app.close());

describe('what its own description leads a stranger to ask', { timeout: 120_000 }, () => {
  it.each(operations)('$method $path is answered as described', async ({ path, method, described }) => {
    const checks = answerChecks(described);
    await fc.assert(
      fc.asyncProperty(request(described), async (asked) => {
        const { status, type, text } = await send(path, method, asked);
        const check = checks.get(`${status} ${type}`);
        expect(check, `${status} ${type} is described`).toBeDefined();
        if (check !== null && check !== undefined) expect(() => check.parse(JSON.parse(text))).not.toThrow();
      }),
      { numRuns: RUNS },
    );
  });
});

async function send(
  path: string,
  method: string,
  { path: parts, query, body }: Asked,
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(parts[name])));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, textOf(value)]),
  );
  const response = await api.app.inject({
    method: method.toUpperCase() as 'GET',
    url: `${url}?${search.toString()}`,
    headers: {
      authorization: `Bearer ${api.tokens.admin}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const type = String(response.headers['content-type'] ?? '').split(';')[0]!;
  return { status: response.statusCode, type, text: response.body };
}

/** The schema with what it refers to, so that it can be read without the document. */
function standalone(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as JsonSchema;
}

/** By status and media type; null where the answer has no body. */
function answerChecks({ responses }: Described): ReadonlyMap<string, z.ZodType | null> {
  const checks = new Map<string, z.ZodType | null>();
  for (const [status, { content }] of Object.entries(responses)) {
    if (content === undefined) checks.set(`${status} `, null);
    for (const [type, { schema }] of Object.entries(content ?? {})) {
      checks.set(`${status} ${type}`, z.fromJSONSchema(standalone(schema)));
    }
  }
  return checks;
}

/** Names that there are, so that what lies behind them is reached. */
const KNOWN: Readonly<Record<string, string>> = {
  id: incidentAlert('incident 1').finding_info.uid,
  application: 'shop',
  workload: 'web',
  detector: 'web',
};

/** Requests as described; one part in eight is anything at all. */
function request({ parameters = [], requestBody }: Described): fc.Arbitrary<Asked> {
  const of = (where: string): fc.Arbitrary<Record<string, unknown>> => {
    const own = parameters.filter((parameter) => parameter.in === where);
    const values = Object.fromEntries(own.map(({ name, schema }) => [name, spoilt(known(name, valueOf(schema)))]));
    return where === 'path' ? fc.record(values) : fc.record(values, { requiredKeys: [] });
  };
  const body = requestBody?.content?.['application/json']?.schema;
  return fc.record({
    path: of('path'),
    query: of('query'),
    body: body === undefined ? fc.constant(undefined) : spoilt(valueOf(body)),
  });
}

function known(name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return KNOWN[name] === undefined ? value : fc.oneof({ weight: 3, arbitrary: fc.constant(KNOWN[name]) }, value);
}

function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: value }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valueOf(document.components.schemas[schema.$ref.split('/').at(-1)!]!);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valueOf));
  const { minimum = -1_000, maximum = 1_000_000 } = schema;
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) });
    case 'number':
      return fc.double({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case 'object': {
      const properties = Object.entries(schema.properties ?? {});
      const requiredKeys = [...(schema.required ?? [])];
      return fc.record(Object.fromEntries(properties.map(([name, of]) => [name, valueOf(of)])), { requiredKeys });
    }
    case 'string':
      return textFor(schema);
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function textFor({ format, pattern, minLength = 0, maxLength = 24 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const range = { min: new Date('1980-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true };
    return fc.date(range).map((date) => date.toISOString());
  }
  if (format === 'uuid') return fc.uuid();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 24), unit: 'binary' });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value).toString() : JSON.stringify(value);
}
