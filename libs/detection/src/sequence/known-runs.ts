import { KeyTable } from './key-table.js';
import type { SequenceOptions } from './options.js';
import { lengthOf } from './options.js';
import { bagKey, runKey, type Trails } from './trails.js';

/** One size that is looked at, with everything of that size that was learned. */
export interface KnownSize {
  readonly kind: 'bag' | 'ngram';
  readonly size: number;
  readonly table: KeyTable;
}

/** Learned runs made ready for look-ups. */
export interface KnownRuns {
  readonly length: number;
  /** Bags by size, then n-grams by length. */
  readonly sizes: readonly KnownSize[];
  /** Full-length runs in their order: where one is known, all that ends it is. */
  readonly full: KeyTable;
  /** Every call that was seen, with its count. */
  readonly calls: ReadonlyMap<number, number>;
}

export function knownRuns(trails: Trails, options: SequenceOptions): KnownRuns {
  const length = lengthOf(options);
  const sizes: KnownSize[] = [
    ...options.bags.map((size) => ({ kind: 'bag' as const, size, table: new KeyTable(1024) })),
    ...options.ngrams.map((size) => ({ kind: 'ngram' as const, size, table: new KeyTable(1024) })),
  ];
  const full = new KeyTable(trails.size);
  const calls = new Map<number, number>();
  for (const trail of trails) {
    const run = trail.calls;
    const last = run[run.length - 1]!;
    calls.set(last, (calls.get(last) ?? 0) + trail.count);
    if (run.length === length) {
      const [a, b] = runKey(run);
      full.add(a, b, trail.count);
    }
    for (const { kind, size, table } of sizes) {
      if (run.length < size) continue;
      const end = run.slice(run.length - size);
      const [a, b] = kind === 'bag' ? bagKey(end) : runKey(end);
      table.add(a, b, trail.count);
    }
  }
  return { length, sizes, full, calls };
}
