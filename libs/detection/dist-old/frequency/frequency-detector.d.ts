import type { SyscallBatch } from '@plimsoll/contracts';
import type { Detector } from '../detector.js';
import { type EmitterOptions } from '../syscall-windows/emitter.js';
import { type FrequencyModel } from './frequency-model.js';
import { type FrequencyState } from './frequency-state.js';
/**
 * Judges what a container's calls are made of: the shares of the calls, and of the sizes read and written, in the last
 * pieces of its stream, by Mahalanobis's distance from benign windows. How many calls there are a second does not
 * count: that is load.
 *
 * Score: the distance (0 … unbounded). Cost: one addition a call (two where sizes are known), features² a piece.
 * Source: Mahalanobis 1936; Ledoit and Wolf 2004 (the spread); Castanhel et al. 2021 (calls of containers).
 */
export declare function frequencyDetector(options?: {
    readonly publish?: EmitterOptions['publish'];
}): Detector<SyscallBatch, FrequencyState, FrequencyModel>;
//# sourceMappingURL=frequency-detector.d.ts.map