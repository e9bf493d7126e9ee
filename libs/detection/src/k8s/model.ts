import { z } from 'zod';

import { Calibration } from '../calibration/index.js';
import type { Threshold } from '../events/threshold.js';
import { modelReader } from '../events/model-reader.js';

import { BurstTable, BurstTableData } from './burst-table.js';
import { FactTable, FactTableData } from './fact-table.js';
import { NoveltyTable, NoveltyTableData } from './novelty-table.js';

/** Objects and roles whose content is remembered from learning. */
export const MAX_OBJECTS = 10_000;

const Named = z.array(z.tuple([z.string(), z.array(z.string().max(128)).max(128)])).max(MAX_OBJECTS);

/** What is learned of a request, one table each (`observations.ts`). */
export const TABLES = ['kind', 'who', 'action', 'namespace', 'object', 'outcome', 'via', 'source', 'node'] as const;
export type TableName = (typeof TABLES)[number];
export type Tables = Readonly<Record<TableName, NoveltyTable>>;

/** One table of each name. */
export function makeTables(make: (name: TableName) => NoveltyTable): Tables {
  return Object.fromEntries(TABLES.map((name) => [name, make(name)])) as Record<TableName, NoveltyTable>;
}

/** The tables as a profile holds them. */
export function tablesData(tables: Tables): K8sModelData['tables'] {
  return Object.fromEntries(TABLES.map((name) => [name, tables[name].data()])) as K8sModelData['tables'];
}

/** The detector's part of a profile. */
export const K8sModelData = z.object({
  kind: z.literal('k8s-audit/1'),
  tables: z.record(z.enum(TABLES), NoveltyTableData),
  facts: FactTableData,
  bursts: BurstTableData,
  /** What each object held: facts and digests of scripts. */
  objects: Named,
  /** What each role permits, where a write of it was logged with its body. */
  roles: Named,
  /** Requests seen at each audit level. */
  levels: z.record(z.string(), z.number()),
  calibration: Calibration,
  /** Requests a day, as calibration saw them. */
  requestsPerDay: z.number().positive(),
});
export type K8sModelData = z.infer<typeof K8sModelData>;

/** What was learned, ready to be asked: by the learner while it calibrates, by the detector when it scores. */
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
  readonly threshold: Threshold;
}

/** Throws `bad-profile` where the model is not one of Kubernetes audit. */
export const openModelData = modelReader(K8sModelData, 'Kubernetes audit');

export function openLearned(data: K8sModelData): Learned {
  return {
    tables: makeTables((name) => NoveltyTable.open(data.tables[name])),
    facts: FactTable.open(data.facts),
    bursts: BurstTable.open(data.bursts),
    objects: new Map(data.objects.map(([name, facts]) => [name, new Set(facts)])),
    roles: new Map(data.roles),
    levels: data.levels,
  };
}
