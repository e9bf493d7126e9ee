import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { budgetSettings } from './budget-settings.js';
import { kafkaSettings } from './kafka-settings.js';
import { redisSettings } from './redis-settings.js';
import { serviceSettings } from './service-settings.js';

const PAGE = new URL('../../../docs/configuration.md', import.meta.url);

describe('docs/configuration.md', () => {
  it('names every variable that services share', () => {
    const page = readFileSync(PAGE, 'utf8');
    const sections = [serviceSettings, kafkaSettings, redisSettings(() => ({})), budgetSettings];
    const missing = sections.flatMap(({ variables }) => variables).filter((name) => !page.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});
