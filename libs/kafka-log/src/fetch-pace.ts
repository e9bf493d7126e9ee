/** Fetches that may follow each other at once, after as many lingers without one. */
const AT_ONCE = 4;

/**
 * How long the fetch loop rests after a fetch that brought little (0015): under load so long that fetches are `lingerMs`
 * apart, and not at all for the first few after a quiet while. What one act leads to comes in a few records shortly one
 * after the other (two detectors' verdicts of the same calls), of which none is to wait for the next turn.
 */
export class FetchPace {
  /** When a fetch would be due that is `lingerMs` after the one before. */
  private dueMs = -Infinity;

  constructor(private readonly lingerMs: number) {}

  /** Milliseconds to rest after a fetch that came back at `nowMs`, from 0 to `lingerMs`. */
  restMs(nowMs: number): number {
    const { lingerMs } = this;
    this.dueMs = Math.min(Math.max(this.dueMs, nowMs - AT_ONCE * lingerMs), nowMs) + lingerMs;
    return Math.max(0, this.dueMs - nowMs);
  }
}
