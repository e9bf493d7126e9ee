import type { OpenWindow } from '../syscall-windows/window-state.js';

/** So many windows must have been as slow before what a slow one is made of is known. */
const ENOUGH_SLOW = 10;
/** A window that is slower than those by more than this is of a kind that learning never saw. */
const SLOWER = 2;

/** Calls a second of a window that is over; Infinity where its calls have one time. */
export function paceOf({ count, startUs, endUs }: OpenWindow): number {
  return (count * 1e6) / Math.max(0, endUs - startUs - 1);
}

/**
 * How slow benign windows are: the paces of the slowest, ascending. An idle container makes the calls of its background
 * threads alone. In shares that is a world apart from its busy minutes, and no attack: it says what is absent.
 * Holds ten numbers.
 */
export class SlowWindows {
  readonly paces: number[] = [];

  add(...paces: readonly number[]): void {
    this.paces.push(...paces.filter(Number.isFinite));
    this.paces.sort((one, other) => one - other).splice(ENOUGH_SLOW);
  }

  /** Calls a second under which windows are not judged; undefined where the source tells no time. */
  least(): number | undefined {
    const known = this.paces.at(-1);
    return known === undefined ? undefined : known / SLOWER;
  }
}

/** Whether the window is slower than what is known of benign ones. */
export function isSlow(window: OpenWindow, least: number | undefined): boolean {
  return least !== undefined && paceOf(window) < least;
}
