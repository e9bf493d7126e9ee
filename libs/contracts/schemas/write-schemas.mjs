/**
 * Writes the JSON Schemas beside this file and docs/asyncapi.yaml from the contracts as built:
 * `npx tsc -b libs/contracts && node libs/contracts/schemas/write-schemas.mjs`. A test says when they are out of date.
 */
import { writeFileSync } from 'node:fs';
import { URL } from 'node:url';

import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';

import { asyncapiDocument, publishedSchemas } from '../dist/index.js';

const here = new URL('.', import.meta.url);
const options = (await resolveConfig(here)) ?? {};

for (const [name, schema] of Object.entries(publishedSchemas())) {
  const text = await format(JSON.stringify(schema), { ...options, parser: 'json' });
  writeFileSync(new URL(`${name}.schema.json`, here), text);
}
const yaml = stringify(asyncapiDocument('0.1.0'), { lineWidth: 0, aliasDuplicateObjects: false });
writeFileSync(new URL('../../../docs/asyncapi.yaml', here), await format(yaml, { ...options, parser: 'yaml' }));
