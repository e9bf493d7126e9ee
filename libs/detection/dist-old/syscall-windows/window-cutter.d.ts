import { type Gap, type SyscallBatch } from '@plimsoll/contracts';
import { type WindowState } from './window-state.js';
/** When a window closes. */
export interface WindowBounds {
    /** Calls that close a window. */
    readonly calls: number;
    /** Fewer calls than this are not judged. */
    readonly minCalls: number;
    /** Event time after which a window with enough calls closes without being full, microseconds. */
    readonly maxSpanUs: number;
}
export declare const DEFAULT_WINDOW_BOUNDS: WindowBounds;
/** What a detector does with the pieces of its windows. */
export interface WindowVisitor {
    /** Takes in calls `[from, to)` of `batch`, all of them in the open window. */
    calls(batch: SyscallBatch, from: number, to: number): void;
    /** The open window is complete; `state.window` is still it. */
    close(enough: boolean): void;
    /** The open window, if any, was cut by `gap` and is not judged. */
    gap(gap: Gap): void;
    /** Memory of earlier calls no longer holds: a loss, or another stream. */
    forget(): void;
    /** Nothing follows: what is pending goes out. */
    end(): void;
}
/**
 * Cuts a container's calls into windows, independent of how they were batched: every decision depends on calls, gaps
 * and `last` alone. Alters `state` in place.
 */
export declare function cutWindows(state: WindowState, given: SyscallBatch, bounds: WindowBounds, visitor: WindowVisitor): void;
//# sourceMappingURL=window-cutter.d.ts.map