import type { Block } from '../document/blocks.js';
import { fixed } from '../markdown-cells.js';
import type { Estimate } from '../paper/window-table.js';
import type { Comparison } from './compare-runs.js';

/** Sources and plans that differ are counted, not listed, beyond these. */
const MOST_LISTED = 20;

export function comparisonBlocks({ differences, recordedAgain, rows, onlyBefore, onlyAfter }: Comparison): Block[] {
  const changed = rows.filter(({ difference }) => Object.values(difference).some(({ value }) => value !== 0));
  const beyond = changed.filter(({ difference: { f1 } }) => f1.low > 0 || f1.high < 0);
  const isFile = ({ what }: Comparison['differences'][number]): boolean => /^(?:data|plans)\./.test(what);
  const files = differences.filter(isFile);
  const listed = [...differences.filter((one) => !isFile(one)), ...files.slice(0, MOST_LISTED)];
  return [
    { kind: 'heading', level: 1, text: 'Two runs compared' },
    { kind: 'heading', level: 2, text: 'What differs' },
    listed.length === 0
      ? { kind: 'text', text: 'Nothing: commit, versions, machine, seed, settings and data are the same.' }
      : {
          kind: 'table',
          head: ['what', 'before', 'after'],
          rows: listed.map(({ what, before, after }) => [what, before, after]),
        },
    ...(files.length > MOST_LISTED
      ? [{ kind: 'text', text: `And ${files.length - MOST_LISTED} more files.` } as const]
      : []),
    ...(recordedAgain.length > 0
      ? [
          {
            kind: 'text',
            text: `${recordedAgain.length} episodes are two recordings of one plan: the same requests with the same values, at other times and with other calls.`,
          } as const,
        ]
      : []),
    { kind: 'heading', level: 2, text: 'What that did, by request and by window' },
    {
      kind: 'text',
      text: `${changed.length} of ${rows.length} rows that both runs have differ; the others are equal in recall, precision and F1. Differences are after less before, over the episodes that both scored, with the 95 % bootstrap over those, each drawn for both; one whose interval holds 0 may be coincidence. F1's leaves 0 out in ${beyond.length}${beyond.length > 0 ? `: ${beyond.map(nameOf).join('; ')}` : ''}.`,
    },
    ...(changed.length === 0 ? [] : [rowsTable(changed)]),
    ...only('Only in the first run', onlyBefore),
    ...only('Only in the second run', onlyAfter),
  ];
}

function nameOf({ application, view, by }: Comparison['rows'][number]): string {
  return `${application}, ${view}, by ${by}`;
}

function rowsTable(changed: Comparison['rows']): Block {
  return {
    kind: 'table',
    head: [
      'application',
      'detector',
      'by',
      'episodes',
      'attacks before',
      'attacks after',
      'F1 before',
      'F1 after',
      'difference',
      'recall',
      'precision',
    ],
    rows: changed.map(({ application, view, by, episodes, before, after, difference }) => [
      application,
      view,
      by,
      String(episodes),
      String(before.attacks),
      String(after.attacks),
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
