import { z } from 'zod';

import { Calibration } from '../calibration/index.js';
import { SmoothedCounts, SmoothedCountsData } from '../scoring/smoothed-counts.js';
import type { Threshold } from '../events/threshold.js';
import { modelReader } from '../events/model-reader.js';

/** Requests of an access log and rebuilt ones see different things, and are calibrated apart. */
const ViewData = z.object({
  calibration: Calibration,
  /** Requests that the workload scores in a day, as calibration showed them. */
  requestsPerDay: z.number().positive(),
});

export const WebModelData = z.object({
  kind: z.literal('web/2'),
  table: SmoothedCountsData,
  views: z.object({ exchange: ViewData.optional(), line: ViewData.optional() }),
});
export type WebModelData = z.infer<typeof WebModelData>;

export interface WebView {
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** A profile of web requests made ready. */
export interface WebModel {
  readonly version: string;
  readonly table: SmoothedCounts;
  /** A view that was not calibrated cannot be scored. */
  readonly views: Readonly<Record<'exchange' | 'line', WebView | undefined>>;
}

/** Throws `bad-profile` where the model is not one of web requests. */
export const openWebModel = modelReader(WebModelData, 'web requests');
