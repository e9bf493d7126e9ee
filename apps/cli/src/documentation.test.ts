import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DECISIONS = join('docs', 'decisions');

const documents = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
  .map((name) => join('docs', name));
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...documents];

const SKIPPED = new Set(['node_modules', 'dist']);
const FILES = ['apps', 'bench', 'deploy', 'e2e', 'libs', 'testbed'].flatMap(filesIn);

/** Every file below the folder, by its path from the root. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, part]) => part!);

describe.each(PAGES)('%s', (page) => {
  const text = textOf(page);

  it('never fetches a package of the name from a public registry', () => {
    // Outside a clone, `npx plimsoll` runs whatever somebody has published as `plimsoll`; `--no-install` refuses.
    expect(text.match(/npx plimsoll/g)).toBeNull();
  });

  it('links to files that exist', () => {
    const linked = found(text, /\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g);
    expect(linked.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });

  // A decision tells of its day; what it names may have moved since.
  if (page.startsWith(DECISIONS)) return;

  it('names files that exist', () => {
    const isNamed = (path: string): boolean => !path.includes('NAME');
    const named = found(text, /`((?:apps|bench|deploy|docs|e2e|libs|recordings|testbed)\/[\w@./+-]*)`/g);
    expect(named.filter((path) => isNamed(path) && !existsSync(join(ROOT, path)))).toEqual([]);
    const sources = found(text, /`([\w./-]*\w\.(?:tsx?|lua|proto))`/g);
    expect(
      sources.filter((source) => isNamed(source) && !FILES.some((path) => `/${path}`.endsWith(`/${source}`))),
    ).toEqual([]);
  });
});

it('has every decision in the index of decisions', () => {
  const listed = found(textOf(join(DECISIONS, 'README.md')), /^\| \[\d{4}\]\((.*?)\) \|/gm);
  const pages = readdirSync(join(ROOT, DECISIONS)).filter((name) => /^\d{4}-/.test(name));
  expect(listed.sort()).toEqual(pages.sort());
});
