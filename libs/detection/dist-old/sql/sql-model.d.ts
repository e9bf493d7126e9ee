import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import type { Threshold } from '../chance/threshold.js';
export declare const SqlModelData: z.ZodObject<{
    kind: z.ZodLiteral<"sql/1">;
    table: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>;
    calibration: z.ZodObject<{
        count: z.ZodNumber;
        scores: z.ZodArray<z.ZodNumber>;
        atLeast: z.ZodArray<z.ZodNumber>;
        tail: z.ZodObject<{
            from: z.ZodNumber;
            weight: z.ZodNumber;
            scale: z.ZodNumber;
            shape: z.ZodNumber;
        }, z.core.$strip>;
        extremalIndex: z.ZodNumber;
    }, z.core.$strip>;
    statementsPerDay: z.ZodNumber;
}, z.core.$strip>;
export type SqlModelData = z.infer<typeof SqlModelData>;
/** A profile of statements made ready. */
export interface SqlModel {
    readonly version: string;
    readonly table: ChanceTable;
    readonly calibration: Calibration;
    readonly threshold: Threshold;
}
/** Throws `bad-profile` where the model is not one of statements. */
export declare function openSqlModel(model: unknown): SqlModelData;
//# sourceMappingURL=sql-model.d.ts.map