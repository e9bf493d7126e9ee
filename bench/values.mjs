/**
 * What is reported of texts that look like attacks and of disguised attacks, by class (libs/evaluation/corpus), in an
 * application that learned clean or messy text. Run after `npm run build`:
 *
 *   node bench/values.mjs [--half development|held-out|all] [--misses]
 *   node bench/values.mjs --fresh      texts that were written later, scored once before anything was changed for them
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL } from 'node:url';
import { parseArgs } from 'node:util';

import { FieldStudy, readCorpus } from '@plimsoll/evaluation';

const { values: options } = parseArgs({
  options: {
    half: { type: 'string', default: 'all' },
    misses: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
  },
});
const print = (line) => process.stdout.write(`${line}\n`);
const corpus = (name) =>
  readCorpus(
    readFileSync(
      new URL(`../libs/evaluation/corpus/${options.fresh ? 'fresh-' : ''}${name}.txt`, import.meta.url),
      'utf8',
    ),
  ).filter(({ heldOut }) => options.half === 'all' || heldOut === (options.half === 'held-out'));

const studies = { clean: new FieldStudy('clean'), messy: new FieldStudy('messy') };
const columns = [
  ['clean', 'text'],
  ['messy', 'text'],
  ['clean', 'id'],
];
for (const [name, wanted] of [
  ['benign', false],
  ['attacks', true],
]) {
  const texts = corpus(name);
  print(`\n${name}: reported of ${texts.length}, learned on clean text, on messy text, in a field of digits\n`);
  print('| class | texts | clean | messy | digits |\n|---|---:|---:|---:|---:|');
  let slowest = 0;
  const rows = new Map();
  for (const { kind, text } of texts) {
    const row = rows.get(kind) ?? [0, 0, 0, 0];
    rows.set(kind, row);
    row[0] += 1;
    columns.forEach(([learned, field], i) => {
      const start = performance.now();
      const { alarm, path, score } = studies[learned].score(text, field);
      slowest = Math.max(slowest, performance.now() - start);
      row[i + 1] += alarm ? 1 : 0;
      if (options.misses && alarm !== wanted && field === 'text')
        print(`  ${learned} ${path} ${score.toFixed(1)} ${JSON.stringify(text.slice(0, 120))}`);
    });
  }
  for (const [kind, counts] of rows) print(`| ${kind} | ${counts.join(' | ')} |`);
  const total = [0, 1, 2, 3].map((i) => [...rows.values()].reduce((sum, row) => sum + row[i], 0));
  print(`| all | ${total.join(' | ')} |`);
  print(`slowest text: ${slowest.toFixed(1)} ms`);
}
