import { type ProfileFile } from '@plimsoll/contracts';
import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import type { Budget } from '../detector.js';
import { type KnownRuns } from './known-runs.js';
import { SequenceOptions } from './options.js';
import { Scanner } from './scanner.js';
import { Trails } from './trails.js';
/** What a profile of the detector `sequence` holds. */
export declare const SequenceProfile: z.ZodObject<{
    schema: z.ZodLiteral<1>;
    options: z.ZodObject<{
        bags: z.ZodArray<z.ZodNumber>;
        ngrams: z.ZodArray<z.ZodNumber>;
        scope: z.ZodEnum<{
            container: "container";
            thread: "thread";
        }>;
        windowCalls: z.ZodNumber;
        minCalls: z.ZodNumber;
        rateCalls: z.ZodNumber;
        keyGroup: z.ZodOptional<z.ZodArray<z.ZodNumber>>;
    }, z.core.$strip>;
    names: z.ZodRecord<z.ZodString, z.ZodString>;
    trails: z.ZodArray<z.ZodString>;
    calls: z.ZodNumber;
    units: z.ZodArray<z.ZodNumber>;
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
    programs: z.ZodArray<z.ZodObject<{
        digest: z.ZodNumber;
        name: z.ZodString;
    }, z.core.$strip>>;
    newProgram: z.ZodNumber;
}, z.core.$strip>;
export type SequenceProfile = z.infer<typeof SequenceProfile>;
/** A profile made ready to judge with. */
export interface SequenceModel {
    readonly version: string;
    readonly options: SequenceOptions;
    readonly known: KnownRuns;
    readonly scanner: Scanner;
    readonly calls: number;
    readonly units: readonly number[];
    readonly calibration: Calibration;
    readonly programs: ReadonlySet<number>;
    readonly newProgram: number;
    /** A window at or under this p-value is anomalous. */
    readonly threshold: number;
}
/** Part of an application's budget that this detector may spend: three levels, and the log level has three detectors. */
export declare const SEQUENCE_SHARE = 0.3;
export declare function sequenceModel(profile: ProfileFile, budget: Budget): SequenceModel;
export declare function writeTrails(trails: Trails): Pick<SequenceProfile, 'names' | 'trails'>;
//# sourceMappingURL=sequence-model.d.ts.map