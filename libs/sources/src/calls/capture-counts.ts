import type { SourceCounts } from '../source.js';

/** What a capture held beside the calls that count. */
export interface CaptureCounts extends SourceCounts {
  /** Calls told in the other direction, or a second time. */
  otherDirection: number;
  /** Events of the scheduler and of the capturing tool itself. */
  notCalls: number;
  /** Losses that the tool reported, each a gap. */
  drops: number;
}

export function captureCounts(): CaptureCounts {
  return { lines: 0, events: 0, malformed: 0, otherDirection: 0, notCalls: 0, drops: 0 };
}
