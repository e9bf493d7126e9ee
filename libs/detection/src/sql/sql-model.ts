import { z } from 'zod';

import { Calibration } from '../calibration/index.js';
import { SmoothedCounts, SmoothedCountsData } from '../scoring/smoothed-counts.js';
import type { Threshold } from '../events/threshold.js';
import { modelReader } from '../events/model-reader.js';

export const SqlModelData = z.object({
  kind: z.literal('sql/1'),
  table: SmoothedCountsData,
  calibration: Calibration,
  /** Statements that the workload scores in a day, as calibration showed them. */
  statementsPerDay: z.number().positive(),
});
export type SqlModelData = z.infer<typeof SqlModelData>;

/** A profile of statements made ready. */
export interface SqlModel {
  readonly version: string;
  readonly table: SmoothedCounts;
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** Throws `bad-profile` where the model is not one of SQL statements. */
export const openSqlModel = modelReader(SqlModelData, 'SQL statements');
