import {
  benignKeyGroup,
  callsOf,
  developmentKeyGroup,
  frequencyDetector,
  FrequencyLearner,
  publishedKeyGroup,
  randomKeyGroup,
  sequenceDetector,
  SequenceLearner,
} from '@plimsoll/detection';

import {
  hidsDockerProtocols,
  hidsDockerTraces,
  type ProtocolReport,
  type StudyOptions,
  type StudyReport,
  OPERATING_P,
} from './hids-docker.js';
import { runMethod } from './measures.js';
import { detectorMethod, type Fold, type Method } from './scoring.js';

/** The kind of attack that a group may be learned from; it is scored in no row of this study. */
const DEVELOPMENT_KIND = '4';
const WHERE = { application: 'study', workload: 'hids-docker' };
/** Random groups are as large as the one chosen from benign data. */
const SEEDS = [1, 2, 3];

type Chooser = (fold: Fold, development: readonly Uint16Array[]) => number[] | undefined;

/** Both detectors with all calls and with key groups chosen in each of the ways, and random groups of the same size. */
export async function runKeyGroups(folder: string, options: StudyOptions = {}): Promise<StudyReport> {
  const traces = await hidsDockerTraces(folder, options.signal);
  const isDevelopment = ({ label, group }: (typeof traces)[number]): boolean =>
    label === 'attack' && group === DEVELOPMENT_KIND;
  const development = traces.filter(isDevelopment).map(({ calls }) => calls);
  const scored = traces.filter((trace) => !isDevelopment(trace));
  const protocols = hidsDockerProtocols(scored).map(({ name, folds }): ProtocolReport => {
    const rows = keyGroupMethods(development).map((method) => {
      options.onProgress?.(0, 0, `${name}: ${method.name}`);
      return runMethod(method, folds);
    });
    return { name, rows, prefix: [] };
  });
  const count = (label: string): number => scored.filter((trace) => trace.label === label).length;
  return {
    dataSet: 'hids-docker, key groups',
    traces: {
      benign: count('benign'),
      attack: count('attack'),
      calls: scored.reduce((sum, { calls }) => sum + calls.length, 0),
    },
    protocols,
    notes: [
      `Attacks of kind ${DEVELOPMENT_KIND} are the development family: they choose one group and are scored in no row.`,
    ],
  };
}

function keyGroupMethods(development: readonly Uint16Array[]): Method[] {
  const benignOf = ({ benign }: Fold): Uint16Array[] => benign.flat().map(({ calls }) => calls);
  const choosers: [string, Chooser][] = [
    ['all calls', () => undefined],
    ['chosen from benign', (fold) => benignKeyGroup(benignOf(fold))],
    [
      'chosen from development attacks',
      (fold, attacks) => developmentKeyGroup(benignOf(fold), attacks, benignKeyGroup(benignOf(fold)).length),
    ],
    ["the paper's", () => publishedKeyGroup()],
    ...SEEDS.map((seed): [string, Chooser] => [
      `random ${seed}`,
      (fold) => randomKeyGroup(callsOf(benignOf(fold)), benignKeyGroup(benignOf(fold)).length, seed),
    ]),
  ];
  return choosers.flatMap(([name, choose]) => [
    grouped(`sequence, ${name}`, choose, development, (keyGroup) =>
      detectorMethod(
        '',
        sequenceDetector({ publish: 'every' }),
        () => new SequenceLearner(WHERE, keyGroup),
        OPERATING_P,
      ),
    ),
    grouped(`frequency, ${name}`, choose, development, (keyGroup) =>
      detectorMethod(
        '',
        frequencyDetector({ publish: 'every' }),
        () => new FrequencyLearner(WHERE, keyGroup),
        OPERATING_P,
      ),
    ),
  ]);
}

/** A method whose key group is chosen anew in each fold, from what that fold may see. */
function grouped(
  name: string,
  choose: Chooser,
  development: readonly Uint16Array[],
  make: (options: { keyGroup?: number[] }) => Method,
): Method {
  return {
    name,
    rule: `p ≤ ${OPERATING_P}`,
    fit(fold) {
      const keyGroup = choose(fold, development);
      return make(keyGroup ? { keyGroup } : {}).fit(fold);
    },
  };
}
