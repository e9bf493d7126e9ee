import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Stide } from './stide.js';
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const ORACLE = join(process.env['PLIMSOLL_SHARED_DATA'] ?? join(ROOT, '..', 'shared', 'data'), 'oracle');
function recordings() {
    const stream = gunzipSync(readFileSync(join(ORACLE, 'stream.txt.gz')))
        .toString('ascii')
        .trim()
        .split('\n');
    const lines = readFileSync(join(ORACLE, 'recordings.tsv'), 'utf8').trim().split('\n').slice(1);
    return lines.map((line) => {
        const [part = '', , , offset, length] = line.split('\t');
        const calls = stream.slice(Number(offset), Number(offset) + Number(length));
        return { part, calls: Uint16Array.from(calls, Number) };
    });
}
/** The numbers of a .npy file of version 1: a header of text, then the array, little-endian. */
function npy(name, width) {
    const bytes = readFileSync(join(ORACLE, name));
    const from = 10 + bytes.readUInt16LE(8);
    return Array.from({ length: (bytes.length - from) / width }, (_, i) => bytes.readIntLE(from + i * width, width));
}
describe('STIDE and its bags', () => {
    it.each([
        { kind: 'ngram', mismatch: [-1, 0, 1, 1], sums: [-1, 0, 1, 2] },
        { kind: 'bag', mismatch: [-1, 0, 0, 1], sums: [-1, 0, 0, 1] },
    ])('decides by hand as it should ($kind)', ({ kind, mismatch, sums }) => {
        const detector = new Stide(kind, 2, 3);
        detector.learn(Uint16Array.of(1, 2, 3));
        // Pairs 1 2 and 2 3 are known; 2 1 is known as a bag alone, 1 1 not at all.
        const decided = detector.decide(Uint16Array.of(1, 2, 1, 1));
        expect(Array.from(decided.mismatch)).toEqual(mismatch);
        expect(Array.from(decided.frameSum)).toEqual(sums);
    });
});
// The oracle carries no licence to redistribute: these run where it lies beside the checkout.
if (existsSync(ORACLE)) {
    describe.each([
        { kind: 'ngram', name: 'stide', distinct: 1967, threshold: 39 },
        { kind: 'bag', name: 'bosc', distinct: 1332, threshold: 12 },
    ])("LID-DS's own $name", ({ kind, name, distinct, threshold }) => {
        const all = recordings();
        const part = (wanted) => all.filter(({ part }) => part === wanted).map(({ calls }) => calls);
        const detector = new Stide(kind, 6, 100);
        for (const trace of part('train'))
            detector.learn(trace);
        it('has learned as many', () => {
            expect(detector.size).toBe(distinct);
        });
        it('decides every call alike', () => {
            const highest = Math.max(...part('validation').map((trace) => detector.decide(trace).frameSum.reduce((a, b) => Math.max(a, b))));
            expect(highest).toBe(threshold);
            const decided = part('test').map((trace) => detector.decide(trace));
            const mismatch = decided.flatMap((one) => Array.from(one.mismatch));
            const sums = decided.flatMap((one) => Array.from(one.frameSum));
            expect(mismatch).toEqual(npy(`test_mismatch_${name}_n6.npy`, 1));
            expect(sums).toEqual(npy(`test_streamsum100_${name}_n6.npy`, 2));
            expect(sums.map((sum) => (sum > highest ? 1 : 0))).toEqual(npy(`test_decision_${name}_n6_w100.npy`, 1));
        });
    });
}
//# sourceMappingURL=oracle.test.js.map