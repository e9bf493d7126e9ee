import {} from '@plimsoll/contracts';
import { emptyWindow, whereOf } from './window-state.js';
export const DEFAULT_WINDOW_BOUNDS = { calls: 1_000, minCalls: 100, maxSpanUs: 30_000_000 };
/** A container that stays this many spans under `minCalls` has its window closed as insufficient. */
const PATIENCE_SPANS = 20;
/**
 * Cuts a container's calls into windows, independent of how they were batched: every decision depends on calls, gaps
 * and `last` alone. Alters `state` in place.
 */
export function cutWindows(state, given, bounds, visitor) {
    const batch = state.stream === given.stream ? unseenPart(given, state.nextOrdinal) : given;
    if (batch === undefined)
        return;
    if (state.stream !== batch.stream) {
        if (state.stream !== '')
            endStream(state, bounds, visitor);
        state.where = whereOf(batch);
        state.stream = batch.stream;
        state.nextOrdinal = batch.firstOrdinal;
        visitor.forget();
    }
    for (const gap of batch.gaps)
        takeGap(state, gap, bounds, visitor);
    if (batch.firstOrdinal !== state.nextOrdinal && batch.gaps.length === 0) {
        // Calls that nobody announced as lost are missing all the same.
        const { endUs } = state.window;
        const startUs = endUs === 0 ? batch.baseTimeUs : endUs;
        const gap = { startUs, endUs: Math.max(batch.baseTimeUs, startUs), cause: 'source-drop' };
        takeGap(state, gap, bounds, visitor);
    }
    takeCalls(state, batch, bounds, visitor);
    state.nextOrdinal = batch.firstOrdinal + batch.count;
    if (batch.last) {
        endStream(state, bounds, visitor);
        visitor.end();
    }
}
function takeCalls(state, batch, bounds, visitor) {
    const { count, offsetsUs, baseTimeUs, firstOrdinal } = batch;
    let from = 0;
    while (from < count) {
        const { window } = state;
        const timeUs = baseTimeUs + offsetsUs[from];
        if (window.count > 0 && isOver(state, timeUs, bounds)) {
            closeWindow(state, window.count >= bounds.minCalls, visitor);
            continue;
        }
        if (window.count === 0) {
            window.startUs = timeUs;
            window.startOrdinal = firstOrdinal + from;
        }
        const to = pieceEnd(state, batch, bounds, from);
        visitor.calls(batch, from, to);
        window.count += to - from;
        window.endUs = baseTimeUs + offsetsUs[to - 1] + 1;
        if (window.count >= bounds.calls)
            closeWindow(state, true, visitor);
        from = to;
    }
    // A batch without calls only moves time: an idle container's window closes when its span is over.
    if (count === 0 && state.window.count > 0 && isOver(state, baseTimeUs, bounds)) {
        closeWindow(state, state.window.count >= bounds.minCalls, visitor);
    }
}
/** First call after `from` that the open window cannot take without a look at the time. */
function pieceEnd(state, batch, bounds, from) {
    const { window } = state;
    const room = Math.min(batch.count, from + bounds.calls - window.count);
    const lastOffsetUs = window.startUs + bounds.maxSpanUs - batch.baseTimeUs;
    if (batch.offsetsUs[room - 1] < lastOffsetUs)
        return room;
    // Beyond the span each call is looked at by itself: few calls come so slowly.
    let to = from + 1;
    while (to < room && batch.offsetsUs[to] < lastOffsetUs)
        to++;
    return to;
}
function isOver({ window }, timeUs, bounds) {
    const spanUs = timeUs - window.startUs;
    if (spanUs < bounds.maxSpanUs)
        return false;
    return window.count >= bounds.minCalls || spanUs >= PATIENCE_SPANS * bounds.maxSpanUs;
}
function takeGap(state, gap, bounds, visitor) {
    if (gap.cause === 'truncated-input') {
        // Nothing is missing between the calls that did come: their window ends early, and is judged if it is long enough.
        if (state.window.count > 0)
            closeWindow(state, state.window.count >= bounds.minCalls, visitor);
    }
    else {
        visitor.gap(gap);
        state.window = emptyWindow();
    }
    visitor.forget();
}
function endStream(state, bounds, visitor) {
    if (state.window.count > 0)
        closeWindow(state, state.window.count >= bounds.minCalls, visitor);
}
function closeWindow(state, enough, visitor) {
    visitor.close(enough);
    state.window = emptyWindow();
}
/**
 * The calls of a batch that were not taken yet: a log may hold a batch twice, since a publisher that heard no answer
 * sends it again. Undefined where all of it was taken.
 */
function unseenPart(batch, nextOrdinal) {
    const taken = nextOrdinal - batch.firstOrdinal;
    if (taken <= 0)
        return batch;
    if (taken >= batch.count && !batch.last)
        return undefined;
    return {
        ...batch,
        firstOrdinal: nextOrdinal,
        count: Math.max(0, batch.count - taken),
        numbers: batch.numbers.subarray(taken),
        threads: batch.threads.subarray(taken),
        offsetsUs: batch.offsetsUs.subarray(taken),
        results: batch.results?.subarray(taken),
        digests: batch.digests?.subarray(taken),
        gaps: [],
    };
}
//# sourceMappingURL=window-cutter.js.map