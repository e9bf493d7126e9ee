import { type Gap, type SyscallBatch } from '@plimsoll/contracts';

import { noLives, passedOver, watchLives } from './lives.js';
import { emptyWindow, whereOf, type WindowState } from './window-state.js';

/** When a window closes. */
export interface WindowBounds {
  /** Calls that close a window. */
  readonly calls: number;
  /** Fewer calls than this are not scored. */
  readonly minCalls: number;
  /** Event time after which a window with enough calls closes without being full, microseconds. */
  readonly maxSpanUs: number;
  /** The workload accepts connections, as learned: what begins its containers is the start of a server. */
  readonly serves: boolean;
}

export const DEFAULT_WINDOW_BOUNDS: WindowBounds = {
  calls: 1_000,
  minCalls: 100,
  maxSpanUs: 30_000_000,
  serves: false,
};

/** A container that stays this many spans under `minCalls` has its window closed as insufficient. */
const MAX_SHORT_SPANS = 20;

/** What a detector does with the pieces of its windows. */
export interface WindowVisitor {
  /** Takes in calls `[from, to)` of `batch`, all of them in the open window. */
  calls(batch: SyscallBatch, from: number, to: number): void;
  /**
   * The open window is complete; `state.window` is still it. `enough` is false where it is not scored: it has too few
   * calls, or its calls are those of a process that ends, or `starting` in place of one that did.
   */
  close(enough: boolean, starting: boolean): void;
  /** The open window, if any, was cut by `gap` and is not scored. */
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
export function cutWindows(
  state: WindowState,
  given: SyscallBatch,
  bounds: WindowBounds,
  visitor: WindowVisitor,
): void {
  const batch = state.stream === given.stream ? unseenPart(given, state.nextOrdinal) : given;
  if (batch === undefined) return;
  if (state.stream !== batch.stream) {
    if (state.stream !== '') endStream(state, bounds, visitor);
    state.where = whereOf(batch);
    state.stream = batch.stream;
    state.nextOrdinal = batch.firstOrdinal;
    state.lives = noLives();
    visitor.forget();
  }
  for (const gap of batch.gaps) takeGap(state, gap, bounds, visitor);
  if (batch.firstOrdinal !== state.nextOrdinal && batch.gaps.length === 0) {
    // Calls that nobody announced as lost are missing all the same.
    const { endUs } = state.window;
    const startUs = endUs === 0 ? batch.baseTimeUs : endUs;
    const gap: Gap = { startUs, endUs: Math.max(batch.baseTimeUs, startUs), cause: 'source-drop' };
    takeGap(state, gap, bounds, visitor);
  }
  takeCalls(state, batch, bounds, visitor);
  state.nextOrdinal = batch.firstOrdinal + batch.count;
  if (batch.last) {
    endStream(state, bounds, visitor);
    visitor.end();
  }
}

function takeCalls(state: WindowState, batch: SyscallBatch, bounds: WindowBounds, visitor: WindowVisitor): void {
  const { count, offsetsUs, baseTimeUs, firstOrdinal } = batch;
  let from = 0;
  while (from < count) {
    const { window } = state;
    const timeUs = baseTimeUs + offsetsUs[from]!;
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
    watchLives(state.lives, batch, from, to, bounds.serves);
    window.count += to - from;
    window.endUs = baseTimeUs + offsetsUs[to - 1]! + 1;
    if (window.count >= bounds.calls) closeWindow(state, true, visitor);
    from = to;
  }
  // A batch without calls only moves time: an idle container's window closes when its span is over.
  if (count === 0 && state.window.count > 0 && isOver(state, baseTimeUs, bounds)) {
    closeWindow(state, state.window.count >= bounds.minCalls, visitor);
  }
}

/** First call after `from` that the open window cannot take without a look at the time. */
function pieceEnd(state: WindowState, batch: SyscallBatch, bounds: WindowBounds, from: number): number {
  const { window } = state;
  const room = Math.min(batch.count, from + bounds.calls - window.count);
  const lastOffsetUs = window.startUs + bounds.maxSpanUs - batch.baseTimeUs;
  if (batch.offsetsUs[room - 1]! < lastOffsetUs) return room;
  // Beyond the span each call is looked at by itself: few calls come so slowly.
  let to = from + 1;
  while (to < room && batch.offsetsUs[to]! < lastOffsetUs) to++;
  return to;
}

function isOver({ window }: WindowState, timeUs: number, bounds: WindowBounds): boolean {
  const spanUs = timeUs - window.startUs;
  if (spanUs < bounds.maxSpanUs) return false;
  return window.count >= bounds.minCalls || spanUs >= MAX_SHORT_SPANS * bounds.maxSpanUs;
}

function takeGap(state: WindowState, gap: Gap, bounds: WindowBounds, visitor: WindowVisitor): void {
  if (gap.cause === 'truncated-input') {
    // Nothing is missing between the calls that did come: their window ends early, and is scored if it is long enough.
    if (state.window.count > 0) closeWindow(state, state.window.count >= bounds.minCalls, visitor);
  } else {
    visitor.gap(gap);
    state.window = emptyWindow();
  }
  visitor.forget();
}

function endStream(state: WindowState, bounds: WindowBounds, visitor: WindowVisitor): void {
  if (state.window.count > 0) closeWindow(state, state.window.count >= bounds.minCalls, visitor);
}

function closeWindow(state: WindowState, enough: boolean, visitor: WindowVisitor): void {
  const passed = passedOver(state.lives, state.window);
  visitor.close(enough && passed === undefined, passed === 'start');
  state.window = emptyWindow();
}

/**
 * The calls of a batch that were not taken yet: a log may hold a batch twice, since a publisher that heard no answer
 * sends it again. Undefined where all of it was taken.
 */
function unseenPart(batch: SyscallBatch, nextOrdinal: number): SyscallBatch | undefined {
  const taken = nextOrdinal - batch.firstOrdinal;
  if (taken <= 0) return batch;
  if (taken >= batch.count && !batch.last) return undefined;
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
