import { type ProfileFile } from '@plimsoll/contracts';
import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import type { Budget } from '../detector.js';
import { FrequencyOptions } from './options.js';
/** Most features of a profile: bounds its file and the cost of a distance. */
export declare const MAX_FEATURES = 200;
/** What a profile of the detector `frequency` holds. */
export declare const FrequencyProfile: z.ZodObject<{
    schema: z.ZodLiteral<1>;
    options: z.ZodObject<{
        pieceCalls: z.ZodNumber;
        pieces: z.ZodNumber;
        minCalls: z.ZodNumber;
        sizes: z.ZodBoolean;
        keyGroup: z.ZodOptional<z.ZodArray<z.ZodNumber>>;
    }, z.core.$strip>;
    features: z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        place: z.ZodOptional<z.ZodNumber>;
        mean: z.ZodNumber;
        range: z.ZodTuple<[z.ZodNumber, z.ZodNumber, z.ZodNumber], null>;
    }, z.core.$strip>>;
    covariance: z.ZodArray<z.ZodNumber>;
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
    windowsPerDay: z.ZodNumber;
}, z.core.$strip>;
export type FrequencyProfile = z.infer<typeof FrequencyProfile>;
/** A profile made ready to judge with. */
export interface FrequencyModel {
    readonly version: string;
    readonly options: FrequencyOptions;
    readonly features: FrequencyProfile['features'];
    readonly places: readonly number[];
    readonly mean: Float64Array;
    readonly factor: Float64Array;
    readonly calibration: Calibration;
    readonly threshold: number;
}
/** Part of an application's budget that this detector may spend. */
export declare const FREQUENCY_SHARE = 0.2;
export declare function frequencyModel(profile: ProfileFile, budget: Budget): FrequencyModel;
/** What a counter counts, in words. */
export declare function placeName(place: number): string;
//# sourceMappingURL=frequency-model.d.ts.map