import { z } from 'zod';
import { Calibration } from '../calibration/index.js';
import { BurstTable } from './burst-table.js';
import { FactTable } from './fact-table.js';
import { NoveltyTable } from './novelty-table.js';
/** Objects and roles whose content is remembered from learning. */
export declare const MAX_OBJECTS = 10000;
/** What is learned of a request, one table each (`observations.ts`). */
declare const TABLES: readonly ["kind", "who", "action", "namespace", "object", "outcome", "via", "source", "node"];
export type TableName = (typeof TABLES)[number];
export type Tables = Readonly<Record<TableName, NoveltyTable>>;
/** One table of each name. */
export declare function makeTables(make: (name: TableName) => NoveltyTable): Tables;
/** The tables as a profile holds them. */
export declare function tablesData(tables: Tables): K8sModelData['tables'];
/** The detector's part of a profile. */
export declare const K8sModelData: z.ZodObject<{
    kind: z.ZodLiteral<"k8s-audit/1">;
    tables: z.ZodRecord<z.ZodEnum<{
        object: "object";
        kind: "kind";
        source: "source";
        node: "node";
        namespace: "namespace";
        who: "who";
        action: "action";
        outcome: "outcome";
        via: "via";
    }>, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>>;
    facts: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>;
    bursts: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber, z.ZodNumber], null>>;
    objects: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodArray<z.ZodString>], null>>;
    roles: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodArray<z.ZodString>], null>>;
    levels: z.ZodRecord<z.ZodString, z.ZodNumber>;
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
}, z.core.$strip>;
export type K8sModelData = z.infer<typeof K8sModelData>;
/** What was learned, ready to be asked: by the learner while it calibrates, by the detector when it judges. */
export interface Learned {
    readonly tables: Tables;
    readonly facts: FactTable;
    readonly bursts: BurstTable;
    readonly objects: ReadonlyMap<string, ReadonlySet<string>>;
    readonly roles: ReadonlyMap<string, readonly string[]>;
    readonly levels: Readonly<Record<string, number>>;
}
export interface K8sModel extends Learned {
    readonly version: string;
    readonly calibration: Calibration;
    /** A verdict is anomalous at or above this score, and at or under this p-value. */
    readonly threshold: {
        readonly score: number;
        readonly pValue: number;
    };
}
/** Throws `bad-profile` where the model is not one of this detector. */
export declare function openModelData(model: unknown): K8sModelData;
export declare function openLearned(data: K8sModelData): Learned;
export {};
//# sourceMappingURL=model.d.ts.map