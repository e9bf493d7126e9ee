import { z } from 'zod';

import { Calibration } from '../calibration/index.js';
import { SmoothedCounts, SmoothedCountsData } from '../scoring/smoothed-counts.js';
import type { Threshold } from '../events/threshold.js';
import { modelReader } from '../events/model-reader.js';

/** Part of an application's budget that what programs do may spend: decision 0180. */
export const PROCESS_SHARE = 0.05;

export const ProcessModelData = z.object({
  kind: z.literal('process/1'),
  table: SmoothedCountsData,
  calibration: Calibration,
  /** Events that the workload scores in a day, as calibration showed them. */
  eventsPerDay: z.number().positive(),
});
export type ProcessModelData = z.infer<typeof ProcessModelData>;

/** A profile of what programs do, made ready. */
export interface ProcessModel {
  readonly version: string;
  readonly table: SmoothedCounts;
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** Throws `bad-profile` where the model is not one of what programs do. */
export const openProcessModel = modelReader(ProcessModelData, 'what programs do');
