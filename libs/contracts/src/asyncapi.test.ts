import { readdirSync, readFileSync } from 'node:fs';

import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { asyncapiDocument } from './asyncapi.js';
import { publishedSchemas } from './asyncapi-schemas.js';
import { TOPICS } from './topics.js';

const schemas = new URL('../schemas/', import.meta.url);
const readText = (path: string): string => readFileSync(new URL(path, schemas), 'utf8');
const REWRITE = 'run libs/contracts/schemas/write-schemas.mjs';

describe('the published schemas', () => {
  it('are what the decoders go by', () => {
    const files = readdirSync(schemas).filter((name) => name.endsWith('.schema.json'));
    const published = publishedSchemas();
    expect(files.sort()).toEqual(
      Object.keys(published)
        .map((name) => `${name}.schema.json`)
        .sort(),
    );
    for (const [name, schema] of Object.entries(published)) {
      expect(JSON.parse(readText(`${name}.schema.json`)), REWRITE).toEqual(schema);
    }
  });

  it('are schemas that a validator takes', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const schema of Object.values(publishedSchemas())) expect(ajv.validateSchema(schema)).toBe(true);
  });
});

describe('the AsyncAPI document', () => {
  const text = readText('../../../docs/asyncapi.yaml');

  it('is what the topics and schemas say', () => {
    expect(parse(text), REWRITE).toEqual(asyncapiDocument('0.1.0'));
  });

  it('passes its parser without a word', async () => {
    const { document, diagnostics } = await new Parser().parse(text);
    expect(
      diagnostics
        .filter(({ severity }) => [0, 1].includes(severity))
        .map(({ message, path }) => [path.join('.'), message]),
    ).toEqual([]);
    expect(document?.version()).toBe('3.1.0');
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(Object.values(TOPICS).map(({ name }) => name));
  }, 120_000);
});
