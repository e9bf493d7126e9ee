import { describe, expect, it } from 'vitest';
import { ALWAYS, bosc, compositionDistance, eventRate, isolationForest, NEVER, stide, windowsOf } from './index.js';
const steady = Uint16Array.from({ length: 3_500 }, (_, i) => [0, 1, 3, 257][i % 4]);
const strange = Uint16Array.from({ length: 3_500 }, (_, i) => [0, 1, 3, 59][(i * i) % 4]);
describe('baselines', () => {
    it.each([stide(3, 20), bosc(3, 20), compositionDistance(1_000), isolationForest()])('$name', (baseline) => {
        const noisy = [0, 1, 2].map((shift) => steady.map((call, i) => (i % (97 + shift) === 0 ? 0 : call)));
        const fitted = baseline.fit([steady, ...noisy]);
        const benign = Math.max(...fitted.windows(steady, 1_000));
        expect(fitted.windows(strange, 1_000)).toHaveLength(4);
        expect(Math.min(...fitted.windows(strange, 1_000))).toBeGreaterThan(benign);
        expect(baseline.fit([steady, ...noisy]).windows(strange, 1_000)).toEqual(fitted.windows(strange, 1_000));
    });
    it('counts connections and constants', () => {
        expect(eventRate([257]).fit([]).windows(steady, 1_000)[0]).toBe(250);
        expect(ALWAYS.fit([]).windows(steady, 1_000)[0]).toBe(Infinity);
        expect(NEVER.fit([]).windows(steady, 1_000)[0]).toBe(0);
    });
    it('cuts windows and leaves out a short rest', () => {
        expect(windowsOf(new Uint16Array(2_050), 1_000)).toEqual([
            [0, 1_000],
            [1_000, 2_000],
        ]);
        expect(windowsOf(new Uint16Array(50), 1_000)).toEqual([[0, 50]]);
    });
});
//# sourceMappingURL=baselines.test.js.map