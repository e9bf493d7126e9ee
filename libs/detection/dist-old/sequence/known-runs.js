import { FACTOR_A, FACTOR_B } from './call-hash.js';
import { KeyTable } from './key-table.js';
import { lengthOf } from './options.js';
import { bagKey, runKey } from './trails.js';
export function knownRuns(trails, options) {
    const length = lengthOf(options);
    const sizes = [
        ...options.bags.map((size) => ({ kind: 'bag', size, table: new KeyTable(1024) })),
        ...options.ngrams.map((size) => ({ kind: 'ngram', size, table: new KeyTable(1024) })),
    ];
    const full = new KeyTable(trails.size);
    const calls = new Map();
    for (const trail of trails) {
        const run = trail.calls;
        const last = run[run.length - 1];
        calls.set(last, (calls.get(last) ?? 0) + trail.count);
        if (run.length === length) {
            const [a, b] = runKey(run);
            full.add(a, b, trail.count);
        }
        for (const { kind, size, table } of sizes) {
            if (run.length < size)
                continue;
            const end = run.slice(run.length - size);
            const [a, b] = kind === 'bag' ? bagKey(end) : runKey(end);
            table.add(a, b, trail.count);
        }
    }
    const only = sizes.length === 1 && sizes[0].kind === 'bag' ? sizes[0] : undefined;
    const first = only
        ? { table: only.table, factorA: 1, factorB: 1 }
        : { table: full, factorA: FACTOR_A, factorB: FACTOR_B };
    return { length, sizes, first, calls };
}
//# sourceMappingURL=known-runs.js.map