import type { SyscallBatch } from '@plimsoll/contracts';
import type { Detector } from '../detector.js';
import { type EmitterOptions } from '../syscall-windows/emitter.js';
import { type SequenceModel } from './sequence-model.js';
import { type SequenceState } from './sequence-state.js';
/**
 * Judges the order of a container's system calls, window by window: how many bags (or n-grams) of each size were never
 * seen in benign runs, what all sizes agree on, and which programs were executed for the first time.
 *
 * Score: `agreement` (0 … unbounded, higher is stranger). Cost: one look-up a call in the common case; the state is
 * about 20 bytes a thread. Sources: Forrest et al. 1996 and Hofmeyr et al. 1998 (n-grams), Kang et al. 2005 and Abed et
 * al. 2015 (bags; containers), Grimmer et al. 2022 (per thread).
 */
export declare function sequenceDetector(options?: {
    readonly publish?: EmitterOptions['publish'];
}): Detector<SyscallBatch, SequenceState, SequenceModel>;
//# sourceMappingURL=sequence-detector.d.ts.map