import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { Calibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
import type { Threshold } from '../chance/threshold.js';

/** Part of an application's budget that what programs do may spend: decision 0180. */
export const PROCESS_SHARE = 0.05;

export const ProcessModelData = z.object({
  kind: z.literal('process/1'),
  table: ChanceTableData,
  calibration: Calibration,
  /** Events that the workload judges in a day, as calibration showed them. */
  eventsPerDay: z.number().positive(),
});
export type ProcessModelData = z.infer<typeof ProcessModelData>;

/** A profile of what programs do, made ready. */
export interface ProcessModel {
  readonly version: string;
  readonly table: ChanceTable;
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** Throws `bad-profile` where the model is not one of what programs do. */
export function openProcessModel(model: unknown): ProcessModelData {
  const parsed = ProcessModelData.safeParse(model);
  if (parsed.success) return parsed.data;
  throw new PlimsollError(
    'bad-profile',
    `not a model of what programs do: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
  );
}
