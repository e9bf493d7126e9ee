import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { alertSettings } from './alert-settings.js';

it('docs/configuration.md names every variable of the service', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const variables = [alertSettings].flatMap((section) => section.variables);
  expect(variables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
