/**
 * Writes docs/openapi.json from the interface as built: `npx tsc -b libs/alert-api && node libs/alert-api/write-openapi.mjs`.
 * A test says when it is out of date; the console's client is generated from it.
 */
import { writeFileSync } from 'node:fs';
import { URL } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { API_CONTROLLERS, openApiDocument } from './dist/index.js';

const target = new URL('../../docs/openapi.json', import.meta.url);
const options = (await resolveConfig(target)) ?? {};
const text = JSON.stringify(openApiDocument(API_CONTROLLERS, '0.1.0'));
writeFileSync(target, await format(text, { ...options, parser: 'json' }));
