import { US_PER_SECOND, type Level, type VerdictState } from '@plimsoll/contracts';

/** How far back, in the application's event time, windows count. */
const RECENT_US = 300 * US_PER_SECOND;
const MINUTE_US = 60 * US_PER_SECOND;

const UNSCORED = ['gap', 'insufficient', 'warming'] as const;

/**
 * `scoring`: it scored windows of late. `gap`, `insufficient`, `warming`: it watched, and could not score, for this reason.
 * `silent`: it was heard once, or has an active profile, and is not heard of late: while the application went on, or by
 * the wall clock, where no detector says any more how far it has come. `quiet`: a source says that it watches the
 * workload, and nothing was counted of late: nothing happens there, or each of its clients speaks within one minute
 * alone, whose events are judged at once and counted when the client speaks again. `absent`: never heard, and never
 * meant to be.
 */
export type Watching = 'scoring' | (typeof UNSCORED)[number] | 'silent' | 'quiet' | 'absent';

export interface LevelWatch {
  readonly level: Level;
  readonly state: Watching;
  readonly detectors: readonly string[];
  /** End of its last window, microseconds of event time; undefined where it is absent. */
  readonly lastUs: number | undefined;
  /** Windows of the last five minutes of event time, by what became of them. */
  readonly windows: Readonly<Record<VerdictState, number>>;
}

/** What was heard of one level of a workload. */
export interface Heard {
  lastUs: number;
  readonly detectors: Set<string>;
  /** By minute. */
  readonly minutes: Map<number, Partial<Record<VerdictState, number>>>;
}

/** Counts the windows of a coverage record. */
export function count({ minutes, lastUs }: Heard, endUs: number, windows: Partial<Record<VerdictState, number>>): void {
  const minute = Math.floor(endUs / MINUTE_US);
  const sums = minutes.get(minute) ?? {};
  for (const [state, more] of Object.entries(windows) as [VerdictState, number | undefined][]) {
    sums[state] = (sums[state] ?? 0) + (more ?? 0);
  }
  minutes.set(minute, sums);
  for (const old of minutes.keys()) if ((old + 1) * MINUTE_US < lastUs - RECENT_US) minutes.delete(old);
}

/** What is to be said of a level whose application has come to `applicationUs`. */
export function levelWatch(level: Level, heard: Heard | undefined, applicationUs: number): LevelWatch {
  const windows: Record<VerdictState, number> = { normal: 0, anomalous: 0, warming: 0, insufficient: 0, gap: 0 };
  if (heard === undefined) return { level, state: 'absent', detectors: [], lastUs: undefined, windows };
  for (const [minute, sums] of heard.minutes) {
    if ((minute + 1) * MINUTE_US < applicationUs - RECENT_US) continue;
    for (const state of Object.keys(windows) as VerdictState[]) windows[state] += sums[state] ?? 0;
  }
  const recent = heard.lastUs >= applicationUs - RECENT_US;
  return {
    level,
    state: stateOf(recent, windows),
    detectors: [...heard.detectors].sort(),
    lastUs: heard.lastUs,
    windows,
  };
}

function stateOf(recent: boolean, windows: Readonly<Record<VerdictState, number>>): Watching {
  if (!recent) return 'silent';
  if (windows.normal + windows.anomalous > 0) return 'scoring';
  return UNSCORED.find((state) => windows[state] > 0) ?? 'scoring';
}
