import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { Calibration } from '../calibration/index.js';

import { BurstTable, BurstTableData } from './burst-table.js';
import { FactTable, FactTableData } from './fact-table.js';
import { NoveltyTable, NoveltyTableData } from './novelty-table.js';

/** Objects and roles whose content is remembered from learning. */
export const MAX_OBJECTS = 10_000;

const Named = z.array(z.tuple([z.string(), z.array(z.string().max(128)).max(128)])).max(MAX_OBJECTS);

/** The detector's part of a profile. */
export const K8sModelData = z.object({
  kind: z.literal('k8s-audit/1'),
  tables: z.record(
    z.enum(['kind', 'action', 'namespace', 'object', 'outcome', 'via', 'source', 'node']),
    NoveltyTableData,
  ),
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

export type TableName = keyof K8sModelData['tables'];
export const TABLES: readonly TableName[] = [
  'kind',
  'action',
  'namespace',
  'object',
  'outcome',
  'via',
  'source',
  'node',
];

/** What was learned, ready to be asked: by the learner while it calibrates, by the detector when it judges. */
export interface Learned {
  readonly tables: Readonly<Record<TableName, NoveltyTable>>;
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
  readonly threshold: { readonly score: number; readonly pValue: number };
}

/** Throws `bad-profile` where the model is not one of this detector. */
export function openModelData(model: unknown): K8sModelData {
  const parsed = K8sModelData.safeParse(model);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new PlimsollError('bad-profile', `not a profile of Kubernetes audit: ${where}`);
}

export function openLearned(data: K8sModelData): Learned {
  const open = (name: TableName): NoveltyTable => NoveltyTable.open(data.tables[name]);
  return {
    tables: {
      kind: open('kind'),
      action: open('action'),
      namespace: open('namespace'),
      object: open('object'),
      outcome: open('outcome'),
      via: open('via'),
      source: open('source'),
      node: open('node'),
    },
    facts: FactTable.open(data.facts),
    bursts: BurstTable.open(data.bursts),
    objects: new Map(data.objects.map(([name, facts]) => [name, new Set(facts)])),
    roles: new Map(data.roles),
    levels: data.levels,
  };
}
