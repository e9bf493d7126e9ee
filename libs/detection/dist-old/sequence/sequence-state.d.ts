import { type WindowState } from '../syscall-windows/window-state.js';
import { type NewProgram, PendingNames } from './programs.js';
import type { Tally } from './scanner.js';
import { type Spot } from './spots.js';
import { ThreadMemory } from './thread-memory.js';
/** What the detector `sequence` remembers of a container: about 300 bytes, 20 a thread, and what evidence is pending. */
export interface SequenceState extends WindowState {
    /** The profile that `tally` was counted with; another one starts a new count. */
    profileVersion: string;
    memory: ThreadMemory;
    tally: Tally;
    spots: Spot[];
    /** Positions with something unseen that found no room among the spots. */
    moreUnseen: number;
    newPrograms: NewProgram[];
    pendingNames: PendingNames;
    /** Names of the new programs seen so far. */
    programNames: Map<number, string>;
}
export declare function startSequenceState(): SequenceState;
export declare function emptyTally(sizes: number): Tally;
export declare function encodeSequenceState(state: SequenceState): Uint8Array;
export declare function decodeSequenceState(bytes: Uint8Array): SequenceState;
//# sourceMappingURL=sequence-state.d.ts.map