import { callName, PlimsollError } from '@plimsoll/contracts';
import {
  benignKeyGroup,
  callsOf,
  developmentKeyGroup,
  frequencyDetector,
  FrequencyLearner,
  type FrequencyOptions,
  publishedKeyGroup,
  randomKeyGroup,
  sequenceDetector,
  SequenceLearner,
  type SequenceOptions,
  type Budget,
} from '@plimsoll/detection';

import { batchesOf, scoreCalls, workloadsOf, type CallCorpus, type CallEpisode } from './call-corpus.js';
import { requestSizes } from './request-sizes.js';
import { statementCalls, type StatementCalls } from './statement-calls.js';
import { scoreView, type ViewScore } from './view-score.js';

/** The detectors of calls by themselves on one application's recordings, in all their variants. */
export interface CallStudy {
  readonly application: string;
  /** Episodes that chose a key group, and are scored in no row but that of the statements. */
  readonly development: readonly string[];
  /** One bag size at a time, 1 to 15, and all of the default together. */
  readonly bagSizes: readonly ViewScore[];
  readonly keyGroups: readonly ViewScore[];
  /** What the groups hold, by the way of choosing and workload. */
  readonly groups: readonly { readonly name: string; readonly workload: string; readonly calls: readonly string[] }[];
  /** The frequency detector with and without sizes, over windows of several lengths. */
  readonly frequency: readonly ViewScore[];
  /** What sizes alone find, request by request. */
  readonly requestSizes: readonly ViewScore[];
  readonly statements: readonly StatementCalls[];
}

const LONGEST_BAG = 15;
const RANDOM_GROUPS = 3;

export interface CallStudyOptions {
  readonly budget: Budget;
  /** Episodes whose attacks choose a key group; they are scored in no row of the study. */
  readonly development: readonly string[];
  readonly signal?: AbortSignal;
  readonly onStep?: (name: string) => void;
}

type GroupOf = (workload: string) => number[] | undefined;

/** Runs every variant on the corpus. A minute or two for the recordings of `employee`. */
export function callStudy(corpus: CallCorpus, options: CallStudyOptions): CallStudy {
  const isDevelopment = ({ episode }: CallEpisode): boolean => options.development.includes(episode);
  const scored: CallCorpus = { ...corpus, test: corpus.test.filter((episode) => !isDevelopment(episode)) };
  const developed = corpus.test.filter(isDevelopment);
  const begin = (name: string): void => {
    if (options.signal?.aborted) throw new PlimsollError('stopped', 'the study was stopped');
    options.onStep?.(name);
  };
  const sequence = (name: string, given: Partial<SequenceOptions>, groupOf: GroupOf = () => undefined): ViewScore => {
    begin(name);
    const learner = (of: { application: string; workload: string }): SequenceLearner =>
      new SequenceLearner(of, { ...given, ...keyGroup(groupOf(of.workload)) });
    return scoreView(name, scoreCalls(scored, sequenceDetector(), learner, options.budget));
  };
  const frequency = (name: string, given: Partial<FrequencyOptions>, groupOf: GroupOf = () => undefined): ViewScore => {
    begin(name);
    const learner = (of: { application: string; workload: string }): FrequencyLearner =>
      new FrequencyLearner(of, { ...given, ...keyGroup(groupOf(of.workload)) });
    return scoreView(name, scoreCalls(scored, frequencyDetector(), learner, options.budget));
  };
  const groups = keyGroups(corpus, developed);
  const sizes = Array.from({ length: LONGEST_BAG }, (_, i) => i + 1);
  return {
    application: corpus.application,
    development: developed.map(({ episode }) => episode),
    bagSizes: [
      ...sizes.map((size) => sequence(`bags of ${size}`, { bags: [size] })),
      sequence('bags of 2 to 6, agreeing', {}),
    ],
    keyGroups: groups.flatMap(({ name, groupOf }) => [
      sequence(`sequence, ${name}`, {}, groupOf),
      frequency(`frequency, ${name}`, {}, groupOf),
    ]),
    groups: groups.flatMap(({ name, groupOf }) =>
      workloadsOf(corpus).flatMap((workload) => {
        const group = groupOf(workload);
        return group === undefined ? [] : [{ name, workload, calls: group.map(callName) }];
      }),
    ),
    frequency: FREQUENCY_VARIANTS.map(({ name, given }) => frequency(name, given)),
    requestSizes: requestSizes(scored, options.budget),
    statements: statementCalls(corpus),
  };
}

const FREQUENCY_VARIANTS: readonly { readonly name: string; readonly given: Partial<FrequencyOptions> }[] = [
  { name: '5,000 calls, with sizes (default)', given: {} },
  { name: '5,000 calls, without sizes', given: { sizes: false } },
  { name: '1,000 calls, with sizes', given: { pieces: 1 } },
  { name: '1,000 calls, without sizes', given: { pieces: 1, sizes: false } },
  { name: '200 calls, with sizes', given: { pieceCalls: 200, pieces: 1 } },
  { name: '200 calls, without sizes', given: { pieceCalls: 200, pieces: 1, sizes: false } },
];

function keyGroup(group: number[] | undefined): { keyGroup?: number[] } {
  return group === undefined ? {} : { keyGroup: group };
}

/** Every way to choose a group, for each workload by itself; random ones are as large as the one from benign data. */
function keyGroups(corpus: CallCorpus, developed: readonly CallEpisode[]): { name: string; groupOf: GroupOf }[] {
  const callsIn = (episodes: readonly CallEpisode[], workload: string): Uint16Array[] =>
    episodes.map((episode) => joined(batchesOf([episode], workload).map(({ numbers }) => numbers)));
  const chosen = new Map<string, Map<string, number[]>>();
  const groups = (name: string, choose: (workload: string) => number[]): { name: string; groupOf: GroupOf } => {
    const known = chosen.get(name) ?? new Map<string, number[]>();
    chosen.set(name, known);
    return {
      name,
      groupOf: (workload) => {
        const group = known.get(workload) ?? choose(workload);
        known.set(workload, group);
        return group;
      },
    };
  };
  const benign = groups('chosen from benign', (workload) => benignKeyGroup(callsIn(corpus.learn, workload)));
  const size = (workload: string): number => benign.groupOf(workload)?.length ?? 0;
  return [
    { name: 'all calls', groupOf: () => undefined },
    benign,
    ...(developed.length === 0
      ? []
      : [
          groups('chosen from development attacks', (workload) =>
            developmentKeyGroup(callsIn(corpus.learn, workload), callsIn(developed, workload), size(workload)),
          ),
        ]),
    groups("the paper's", publishedKeyGroup),
    ...Array.from({ length: RANDOM_GROUPS }, (_, i) =>
      groups(`random ${i + 1}`, (workload) =>
        randomKeyGroup(callsOf(callsIn(corpus.learn, workload)), size(workload), i + 1),
      ),
    ),
  ];
}

function joined(parts: readonly Uint16Array[]): Uint16Array {
  const all = new Uint16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
