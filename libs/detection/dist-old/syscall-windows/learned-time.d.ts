import type { SyscallBatch } from '@plimsoll/contracts';
/** How much event time was learned from, over all streams: what makes 'windows a day' out of a number of windows. */
export declare class LearnedTime {
    #private;
    add(batch: SyscallBatch): void;
    /** `windows` of the whole time, scaled to a day; never under one. */
    perDay(windows: number): number;
}
//# sourceMappingURL=learned-time.d.ts.map