import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
/** Requests of an access log and rebuilt ones see different things, and are calibrated apart. */
const ViewData = z.object({
    calibration: Calibration,
    /** Requests that the workload judges in a day, as calibration showed them. */
    requestsPerDay: z.number().positive(),
});
export const WebModelData = z.object({
    kind: z.literal('web/1'),
    table: ChanceTableData,
    views: z.object({ exchange: ViewData.optional(), line: ViewData.optional() }),
});
/** Throws `bad-profile` where the model is not one of web requests. */
export function openWebModel(model) {
    const parsed = WebModelData.safeParse(model);
    if (parsed.success)
        return parsed.data;
    throw new PlimsollError('bad-profile', `not a model of web requests: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
}
//# sourceMappingURL=web-model.js.map