import { printable } from '@plimsoll/contracts';

import type { Proportion } from './intervals.js';

/** A share with its interval; a dash where nothing was counted. */
export function interval({ share, low, high, of }: Proportion): string {
  return of === 0 ? '–' : `${fixed(share)} [${fixed(low)}, ${fixed(high)}]`;
}

export function fixed(value: number): string {
  return value.toFixed(3);
}

/** One row of a table. */
export function cells(values: readonly string[]): string {
  return `| ${values.map(shown).join(' | ')} |`;
}

/** Text of recordings and their makers as a table shows it: neither markup, link nor escape sequence. */
function shown(value: string): string {
  return printable(value)
    .replaceAll('|', '\\|')
    .replace(/<(?=[a-z/!?])/gi, '&lt;')
    .replaceAll('](', ']\\(');
}
