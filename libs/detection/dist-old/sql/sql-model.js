import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
export const SqlModelData = z.object({
    kind: z.literal('sql/1'),
    table: ChanceTableData,
    calibration: Calibration,
    /** Statements that the workload judges in a day, as calibration showed them. */
    statementsPerDay: z.number().positive(),
});
/** Throws `bad-profile` where the model is not one of statements. */
export function openSqlModel(model) {
    const parsed = SqlModelData.safeParse(model);
    if (parsed.success)
        return parsed.data;
    throw new PlimsollError('bad-profile', `not a model of SQL statements: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
}
//# sourceMappingURL=sql-model.js.map