import type { SyscallBatch, VerdictState, Where } from '@plimsoll/contracts';
import { type StateReader, type StateWriter } from './bytes.js';
/** The window that is open, `[startUs, endUs)`: a run of consecutive calls of one container. */
export interface OpenWindow {
    startUs: number;
    /** One microsecond after the last call so far. */
    endUs: number;
    /** Position of the first call in the stream. */
    startOrdinal: number;
    /** Calls so far; 0 where no window is open. */
    count: number;
}
/** Windows since the last coverage record. */
export interface PendingCoverage {
    startUs: number;
    endUs: number;
    windows: Record<VerdictState, number>;
    count: number;
}
/** What both detectors of calls remember of a container: where it is in its stream, its open window, its coverage. */
export interface WindowState {
    where: Where;
    stream: string;
    /** Position that the next call of the stream has. */
    nextOrdinal: number;
    window: OpenWindow;
    coverage: PendingCoverage;
}
export declare const NO_WHERE: Where;
export declare function startWindowState(): WindowState;
export declare function emptyWindow(): OpenWindow;
export declare function emptyCoverage(): PendingCoverage;
export declare function whereOf({ application, workload, container }: SyscallBatch): Where;
export declare function writeWindowState(writer: StateWriter, state: WindowState): void;
export declare function readWindowState(reader: StateReader): WindowState;
//# sourceMappingURL=window-state.d.ts.map