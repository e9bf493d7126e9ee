import { US_PER_SECOND, type Coverage, type Level, type Verdict, type VerdictState } from '@plimsoll/contracts';

import { keepSmallest } from './bounded.js';

export const MINUTE_US = 60 * US_PER_SECOND;

/** Windows of one level whose end lies in one minute, by state: who watched, and who could not. */
export interface CoverageMinute {
  readonly level: Level;
  readonly minute: number;
  /** Records already counted, so that a repeated one is not counted again. */
  ids: string[];
  windows: Partial<Record<VerdictState, number>>;
}

export type CoverageByMinute = Map<string, CoverageMinute>;

const MAX_IDS = 1_024;

/** Four levels for half a day; the oldest go first. */
const MAX_COVERAGE_MINUTES = 2_880;

/** Counts a coverage record, or a verdict that found nothing remarkable. Answers whether it was new. */
export function addCoverage(coverage: CoverageByMinute, message: Coverage | Verdict): boolean {
  const minute = Math.floor(message.window.endUs / MINUTE_US);
  const key = `${message.level}|${minute}`;
  let at = coverage.get(key);
  if (at === undefined) {
    at = { level: message.level, minute, ids: [], windows: {} };
    coverage.set(key, at);
  }
  if (at.ids.includes(message.id)) return false;
  keepSmallest(at.ids, message.id, MAX_IDS);
  const windows = message.type === 'coverage' ? message.windows : { [message.state]: 1 };
  for (const state of STATES) {
    const count = windows[state] ?? 0;
    if (count > 0) at.windows[state] = (at.windows[state] ?? 0) + count;
  }
  return true;
}

/** Windows of a level from the minute of `firstUs` to the one after that of `lastUs`. */
export function coverageOf(
  coverage: CoverageByMinute,
  level: Level,
  firstUs: number,
  lastUs: number,
): Record<VerdictState, number> {
  const total = { normal: 0, anomalous: 0, warming: 0, insufficient: 0, gap: 0 };
  const last = Math.floor(lastUs / MINUTE_US) + 1;
  for (let minute = Math.floor(firstUs / MINUTE_US); minute <= last; minute++) {
    const windows = coverage.get(`${level}|${minute}`)?.windows;
    if (windows === undefined) continue;
    for (const state of STATES) total[state] += windows[state] ?? 0;
  }
  return total;
}

/** Forgets minutes before `untilUs`, and the oldest beyond the limit. */
export function pruneCoverage(coverage: CoverageByMinute, untilUs: number): void {
  const before = Math.floor(untilUs / MINUTE_US);
  for (const [key, { minute }] of coverage) if (minute < before) coverage.delete(key);
  if (coverage.size <= MAX_COVERAGE_MINUTES) return;
  const byAge = [...coverage.entries()].sort(([, a], [, b]) => a.minute - b.minute);
  for (const [key] of byAge.slice(0, coverage.size - MAX_COVERAGE_MINUTES)) coverage.delete(key);
}

const STATES: readonly VerdictState[] = ['normal', 'anomalous', 'warming', 'insufficient', 'gap'];
