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
  return `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |`;
}
