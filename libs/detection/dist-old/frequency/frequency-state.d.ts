import { type WindowState } from '../syscall-windows/window-state.js';
/** What the detector `frequency` remembers of a container: the counts of its last pieces, 1–2 kB. */
export interface FrequencyState extends WindowState {
    profileVersion: string;
    /** Counts of the open piece. */
    open: Uint32Array;
    /** Counts of complete pieces, the newest last. */
    past: Uint32Array[];
}
export declare function startFrequencyState(): FrequencyState;
export declare function encodeFrequencyState(state: FrequencyState): Uint8Array;
export declare function decodeFrequencyState(bytes: Uint8Array): FrequencyState;
//# sourceMappingURL=frequency-state.d.ts.map