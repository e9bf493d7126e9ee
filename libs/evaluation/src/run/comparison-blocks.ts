import type { Block } from '../document/blocks.js';
import { fixed } from '../markdown-cells.js';
import type { Estimate } from '../paper/window-table.js';
import type { Comparison } from './compare-runs.js';

/** Sources that differ are counted, not listed, beyond these. */
const MOST_LISTED = 40;

export function comparisonBlocks({ differences, rows, onlyBefore, onlyAfter }: Comparison): Block[] {
  const changed = rows.filter(({ difference }) => Object.values(difference).some(({ value }) => value !== 0));
  return [
    { kind: 'heading', level: 1, text: 'Two runs compared' },
    { kind: 'heading', level: 2, text: 'What differs' },
    differences.length === 0
      ? { kind: 'text', text: 'Nothing: commit, versions, machine, seed, settings and data are the same.' }
      : {
          kind: 'table',
          head: ['what', 'before', 'after'],
          rows: differences.slice(0, MOST_LISTED).map(({ what, before, after }) => [what, before, after]),
        },
    ...(differences.length > MOST_LISTED
      ? [{ kind: 'text', text: `And ${differences.length - MOST_LISTED} more.` } as const]
      : []),
    { kind: 'heading', level: 2, text: 'What that did, by request' },
    {
      kind: 'text',
      text: `${changed.length} of ${rows.length} rows that both runs have differ; the others are equal in recall, precision and F1. Differences are after less before, over the episodes that both scored, with the 95 % bootstrap over those, each drawn for both; one whose interval holds 0 may be coincidence.`,
    },
    ...(changed.length === 0 ? [] : [rowsTable(changed)]),
    ...only('Only in the first run', onlyBefore),
    ...only('Only in the second run', onlyAfter),
  ];
}

function rowsTable(changed: Comparison['rows']): Block {
  return {
    kind: 'table',
    head: ['application', 'detector', 'episodes', 'F1 before', 'F1 after', 'difference', 'recall', 'precision'],
    rows: changed.map(({ application, view, episodes, before, after, difference }) => [
      application,
      view,
      String(episodes),
      fixed(before.f1),
      fixed(after.f1),
      signed(difference.f1),
      signed(difference.recall),
      signed(difference.precision),
    ]),
  };
}

function only(what: string, rows: readonly string[]): Block[] {
  return rows.length === 0 ? [] : [{ kind: 'text', text: `${what}: ${rows.join('; ')}.` }];
}

function signed({ value, low, high }: Estimate): string {
  const shown = (number: number): string => `${number < 0 ? '' : '+'}${fixed(number)}`;
  return `${shown(value)} [${shown(low)}, ${shown(high)}]`;
}
