import { BackOff } from './back-off.js';
import { FACTOR_A, FACTOR_B } from './call-hash.js';
import { KeyTable } from './key-table.js';
import type { SequenceOptions } from './options.js';
import { lengthOf } from './options.js';
import { bagKey, runKey, type Trails } from './trails.js';

/** One size that is looked at, with everything of that size that was learned. */
export interface KnownSize {
  readonly kind: 'bag' | 'ngram' | 'rare';
  readonly size: number;
  readonly table: KeyTable;
  /** What makes a call rare after those before it; of `rare` alone. */
  readonly rarity: Rarity | undefined;
}

/** A call counts where it surprises by more than `bits`. */
export interface Rarity {
  readonly model: BackOff;
  readonly bits: number;
  /** Learned runs of that size whose last call is rare. */
  readonly runs: KeyTable;
}

/**
 * The keys of the last `length` calls: in their order, since where a full-length run is known everything that ends it
 * is; or of the bag, where that is all that is looked at. Where rare calls count, a run that ends in one is left out. A
 * key is the polynomial of the calls' random numbers with these factors; a bag's factor is 1, which makes it the sum.
 */
export interface FirstLook {
  readonly table: KeyTable;
  /** `table.tags()`. */
  readonly tags: Int32Array;
  readonly factorA: number;
  readonly factorB: number;
}

/** Learned runs made ready for look-ups. */
export interface KnownRuns {
  readonly length: number;
  /** Bags by size, then n-grams by length, then rare calls. */
  readonly sizes: readonly KnownSize[];
  /** What is looked up first, where one look-up answers for all sizes that end at a call. */
  readonly first: FirstLook;
  /** Every call that was seen, with its count. */
  readonly calls: ReadonlyMap<number, number>;
}

export function knownRuns(trails: Trails, options: SequenceOptions): KnownRuns {
  const length = lengthOf(options);
  const known = (kind: KnownSize['kind'], size: number, rarity?: Rarity): KnownSize => ({
    kind,
    size,
    table: new KeyTable(1024),
    rarity,
  });
  const rare = options.rare && {
    ...options.rare,
    model: new BackOff(trails, options.rare.length),
    runs: new KeyTable(),
  };
  const sizes: KnownSize[] = [
    ...options.bags.map((size) => known('bag', size)),
    ...options.ngrams.map((size) => known('ngram', size)),
    ...(rare ? [known('rare', rare.length, rare)] : []),
  ];
  const full = new KeyTable(trails.size);
  const calls = new Map<number, number>();
  for (const trail of trails) {
    const run = trail.calls;
    const last = run[run.length - 1]!;
    calls.set(last, (calls.get(last) ?? 0) + trail.count);
    const endsRare = rare !== undefined && rare.model.bits(run) > rare.bits;
    if (run.length === length && !endsRare) {
      const [a, b] = runKey(run);
      full.add(a, b, trail.count);
    }
    for (const { kind, size, table, rarity } of sizes) {
      if (run.length < size) continue;
      const end = run.slice(run.length - size);
      const [a, b] = kind === 'bag' ? bagKey(end) : runKey(end);
      table.add(a, b, trail.count);
      if (endsRare) rarity?.runs.add(a, b, 1);
    }
  }
  const only = sizes.length === 1 && sizes[0]!.kind === 'bag' ? sizes[0]! : undefined;
  const first: FirstLook = only
    ? { table: only.table, tags: only.table.tags(), factorA: 1, factorB: 1 }
    : { table: full, tags: full.tags(), factorA: FACTOR_A, factorB: FACTOR_B };
  return { length, sizes, first, calls };
}
