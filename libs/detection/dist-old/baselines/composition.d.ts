import { type Baseline } from './baseline.js';
/** Mahalanobis's distance of the shares in the last `lookBack` calls, plain (no transform), covariance shrunk. */
export declare function compositionDistance(lookBack: number): Baseline;
/** Isolation forest (Liu, Ting and Zhou 2008) on the shares of a window: 100 trees of 256 windows, seeded. */
export declare function isolationForest(seed?: number): Baseline;
//# sourceMappingURL=composition.d.ts.map