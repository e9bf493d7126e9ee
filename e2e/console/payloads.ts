import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../root.js';

/** A literal of Python on one line, without escaped quotes; bytes and raw ones too. */
const LITERAL = /(?<![\w])[rbf]{0,2}("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/g;
/** What turns a text into something else for some reader: a page, a shell, a database, a template. */
const TELLING = /[<>'"`;$(){}|&\\]/;

/** Every text of the recorder's scripts that could mean something to a page, a shell, a database or a template. */
export async function recordedPayloads(): Promise<readonly string[]> {
  const folder = join(ROOT, 'testbed');
  const names = await readdir(folder, { recursive: true });
  const scripts = names.filter((name) => /(?:attack|lookalike|texts|scripts|application)[a-z]*\.py$/.test(name));
  const sources = await Promise.all(scripts.map((name) => readFile(join(folder, name), 'utf8')));
  const literals = sources.flatMap((source) => [...source.matchAll(LITERAL)].map(([, text = '']) => text.slice(1, -1)));
  return [...new Set(literals.filter((text) => text.length >= 6 && TELLING.test(text)))];
}
