import { identity, PValueCounts, type Coverage, type Level, type Where } from '@plimsoll/contracts';
import { z } from 'zod';

import { type Calibration, countPValue, pValue } from '../calibration/index.js';

const MINUTE_US = 60_000_000;

/** Events of one key within one minute of event time, by how they were scored: what a coverage record says. */
export const Minute = z.object({
  index: z.number(),
  application: z.string(),
  workload: z.string(),
  container: z.string(),
  stream: z.string(),
  /** Absent in states of `k8s-audit` of an earlier release. */
  key: z.string().optional(),
  version: z.string(),
  normal: z.number(),
  anomalous: z.number(),
  warming: z.number(),
  gap: z.number(),
  /** Absent where a detector scores all that it is given. */
  insufficient: z.number().optional(),
  /** Of the events scored; states of an earlier release have none. */
  pValues: PValueCounts.optional(),
});
export type Minute = z.infer<typeof Minute>;

/** Who counts; `names` begin a record's id. */
export interface CountedBy {
  readonly detector: string;
  readonly level: Level;
  readonly names: readonly string[];
}

type Timed = Where & { readonly stream: string; readonly key: string; readonly timeUs: number };

/** The minute that an event falls in, and the record of the one before it, where that ended and held anything. */
export function turnMinute(
  minute: Minute | undefined,
  input: Timed,
  version: string,
  by: CountedBy,
): { minute: Minute; closed: Coverage[] } {
  const index = Math.floor(input.timeUs / MINUTE_US);
  // An event that comes late counts in the minute that is open.
  if (minute !== undefined && index <= minute.index) return { minute, closed: [] };
  const { application, workload, container, stream, key } = input;
  const opened: Minute = {
    index,
    application,
    workload,
    container,
    stream,
    key,
    version,
    normal: 0,
    anomalous: 0,
    warming: 0,
    gap: 0,
  };
  return { minute: opened, closed: coverageOf(minute, key, by) };
}

/** Counts one scored event in the open minute, by its score. */
export function countScored(minute: Minute, calibration: Calibration, score: number, anomalous: boolean): void {
  minute[anomalous ? 'anomalous' : 'normal'] += 1;
  minute.pValues = countPValue(minute.pValues, calibration, pValue(calibration, score));
}

function coverageOf(minute: Minute | undefined, ofKey: string, { detector, level, names }: CountedBy): Coverage[] {
  if (minute === undefined) return [];
  const {
    application,
    workload,
    container,
    stream,
    key = ofKey,
    version,
    normal,
    anomalous,
    warming,
    gap,
    insufficient = 0,
  } = minute;
  const startUs = minute.index * MINUTE_US;
  const windows = Object.fromEntries(
    Object.entries({ normal, anomalous, warming, insufficient, gap }).filter(([, count]) => count > 0),
  );
  // A minute of nothing but repeated events.
  if (Object.keys(windows).length === 0) return [];
  const coverage: Coverage = {
    type: 'coverage',
    schema: 1,
    id: identity(...names, version, container, stream, key, startUs),
    application,
    workload,
    container,
    detector,
    level,
    profileVersion: version,
    stream,
    window: { startUs, endUs: startUs + MINUTE_US },
    windows,
    count: normal + anomalous,
    ...(minute.pValues === undefined ? {} : { pValues: minute.pValues }),
  };
  return [coverage];
}
