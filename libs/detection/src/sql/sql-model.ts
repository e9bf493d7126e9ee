import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { Calibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
import type { Threshold } from '../chance/threshold.js';

export const SqlModelData = z.object({
  kind: z.literal('sql/1'),
  table: ChanceTableData,
  calibration: Calibration,
  /** Statements that the workload judges in a day, as calibration showed them. */
  statementsPerDay: z.number().positive(),
});
export type SqlModelData = z.infer<typeof SqlModelData>;

/** A profile of statements made ready. */
export interface SqlModel {
  readonly version: string;
  readonly table: ChanceTable;
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** Throws `bad-profile` where the model is not one of statements. */
export function openSqlModel(model: unknown): SqlModelData {
  const parsed = SqlModelData.safeParse(model);
  if (parsed.success) return parsed.data;
  throw new PlimsollError(
    'bad-profile',
    `not a model of SQL statements: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
  );
}
