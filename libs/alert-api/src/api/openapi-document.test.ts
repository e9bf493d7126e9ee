import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { API_CONTROLLERS } from './alert-api.module.js';
import { openApiDocument } from './openapi.js';

it('docs/openapi.json is the interface as it is; run libs/alert-api/write-openapi.mjs where it is not', () => {
  const written: unknown = JSON.parse(readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument(API_CONTROLLERS, '0.1.0'))));
});
