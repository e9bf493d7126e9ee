import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it('is never documented in a form that fetches a package of the name from a public registry', () => {
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  for (const page of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages]) {
    // Outside a clone, `npx plimsoll` runs whatever somebody has published as `plimsoll`; `--no-install` refuses.
    expect(readFileSync(join(ROOT, page), 'utf8').match(/npx plimsoll/g), page).toBeNull();
  }
});
