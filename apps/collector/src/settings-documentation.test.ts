import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { collectorSettings } from './collector-settings.js';
import { intakeSettings } from './intake-settings.js';

it('docs/configuration.md names every variable of the service', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const variables = [collectorSettings, intakeSettings].flatMap((section) => section.variables);
  expect(variables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
