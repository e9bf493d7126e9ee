import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import type { Threshold } from '../chance/threshold.js';
export declare const WebModelData: z.ZodObject<{
    kind: z.ZodLiteral<"web/1">;
    table: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>;
    views: z.ZodObject<{
        exchange: z.ZodOptional<z.ZodObject<{
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
            requestsPerDay: z.ZodNumber;
        }, z.core.$strip>>;
        line: z.ZodOptional<z.ZodObject<{
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
            requestsPerDay: z.ZodNumber;
        }, z.core.$strip>>;
    }, z.core.$strip>;
}, z.core.$strip>;
export type WebModelData = z.infer<typeof WebModelData>;
export interface WebView {
    readonly calibration: Calibration;
    readonly threshold: Threshold;
}
/** A profile of web requests made ready. */
export interface WebModel {
    readonly version: string;
    readonly table: ChanceTable;
    /** A view that was not calibrated cannot be judged. */
    readonly views: Readonly<Record<'exchange' | 'line', WebView | undefined>>;
}
/** Throws `bad-profile` where the model is not one of web requests. */
export declare function openWebModel(model: unknown): WebModelData;
//# sourceMappingURL=web-model.d.ts.map