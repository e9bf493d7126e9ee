import { callName, PlimsollError } from '@plimsoll/contracts';
import {
  benignKeyGroup,
  type Budget,
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
} from '@plimsoll/detection';

import {
  batchesOf,
  scoreCalls,
  workloadsOf,
  type CallCorpus,
  type CallEpisode,
  type ScoredEpisode,
} from './call-corpus.js';

/** The calls that are kept of each workload; all of them where it says nothing. */
export type GroupOf = (workload: string) => number[] | undefined;

/** A way to choose key groups, and what it chooses. */
export interface NamedGroup {
  readonly name: string;
  readonly groupOf: GroupOf;
}

/** What a key group holds of a workload: names of calls. */
export interface GroupCalls {
  readonly name: string;
  readonly workload: string;
  readonly calls: readonly string[];
}

export interface VariantOptions {
  readonly budget: Budget;
  /** Episodes whose attacks choose a key group; they are scored in no row. */
  readonly development: readonly string[];
  readonly signal?: AbortSignal;
  readonly onStep?: (name: string) => void;
}

const RANDOM_GROUPS = 3;
const LONGEST_BAG = 15;

/** Scores one application's test episodes with the detectors of calls in any variant, without the development episodes. */
export class CallVariants {
  readonly scored: CallCorpus;
  readonly developed: readonly CallEpisode[];
  readonly #options: VariantOptions;

  constructor(corpus: CallCorpus, options: VariantOptions) {
    const isDevelopment = ({ episode }: CallEpisode): boolean => options.development.includes(episode);
    this.scored = { ...corpus, test: corpus.test.filter((episode) => !isDevelopment(episode)) };
    this.developed = corpus.test.filter(isDevelopment);
    this.#options = options;
  }

  sequence(name: string, given: Partial<SequenceOptions>, groupOf: GroupOf = () => undefined): ScoredEpisode[] {
    this.begin(name);
    const learner = (of: { application: string; workload: string }): SequenceLearner =>
      new SequenceLearner(of, { ...given, ...keyGroup(groupOf(of.workload)) });
    return scoreCalls(this.scored, sequenceDetector(), learner, this.#options.budget);
  }

  frequency(name: string, given: Partial<FrequencyOptions>, groupOf: GroupOf = () => undefined): ScoredEpisode[] {
    this.begin(name);
    const learner = (of: { application: string; workload: string }): FrequencyLearner =>
      new FrequencyLearner(of, { ...given, ...keyGroup(groupOf(of.workload)) });
    return scoreCalls(this.scored, frequencyDetector(), learner, this.#options.budget);
  }

  /** One bag size at a time, and the default, which takes several together. */
  bagSizes(): { readonly name: string; readonly given: Partial<SequenceOptions> }[] {
    const sizes = Array.from({ length: LONGEST_BAG }, (_, i) => i + 1);
    return [
      ...sizes.map((size) => ({ name: `bags of ${size}`, given: { bags: [size] } })),
      { name: 'bags of 2 to 6, agreeing', given: {} },
    ];
  }

  keyGroups(): NamedGroup[] {
    return keyGroups(this.scored, this.developed);
  }

  /** What each key group holds of the workloads that it speaks of. */
  groupCalls(): GroupCalls[] {
    return this.keyGroups().flatMap(({ name, groupOf }) =>
      workloadsOf(this.scored).flatMap((workload) => {
        const group = groupOf(workload);
        return group === undefined ? [] : [{ name, workload, calls: group.map(callName) }];
      }),
    );
  }

  /** As large as the group from benign data, of calls that a seed draws. */
  randomGroup(seed: number): NamedGroup {
    return randomGroup(this.scored, seed);
  }

  /** Tells what comes next. Throws `stopped` where the study was stopped. */
  begin(name: string): void {
    if (this.#options.signal?.aborted) throw new PlimsollError('stopped', 'the study was stopped');
    this.#options.onStep?.(name);
  }
}

/** Windows of several lengths. */
export const FREQUENCY_VARIANTS: readonly { readonly name: string; readonly given: Partial<FrequencyOptions> }[] = [
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
function keyGroups(corpus: CallCorpus, developed: readonly CallEpisode[]): NamedGroup[] {
  const benign = benignGroup(corpus);
  const size = (workload: string): number => benign.groupOf(workload)?.length ?? 0;
  return [
    { name: 'all calls', groupOf: () => undefined },
    benign,
    ...(developed.length === 0
      ? []
      : [
          chosenOnce('chosen from development attacks', (workload) =>
            developmentKeyGroup(callsIn(corpus.learn, workload), callsIn(developed, workload), size(workload)),
          ),
        ]),
    chosenOnce("the paper's", publishedKeyGroup),
    ...Array.from({ length: RANDOM_GROUPS }, (_, i) => randomGroup(corpus, i + 1)),
  ];
}

function benignGroup({ learn }: CallCorpus): NamedGroup {
  return chosenOnce('chosen from benign', (workload) => benignKeyGroup(callsIn(learn, workload)));
}

function randomGroup(corpus: CallCorpus, seed: number): NamedGroup {
  const benign = benignGroup(corpus);
  return chosenOnce(`random ${seed}`, (workload) =>
    randomKeyGroup(callsOf(callsIn(corpus.learn, workload)), benign.groupOf(workload)?.length ?? 0, seed),
  );
}

function chosenOnce(name: string, choose: GroupOf): NamedGroup {
  const known = new Map<string, number[] | undefined>();
  return {
    name,
    groupOf: (workload) => {
      if (!known.has(workload)) known.set(workload, choose(workload));
      return known.get(workload);
    },
  };
}

function callsIn(episodes: readonly CallEpisode[], workload: string): Uint16Array[] {
  return episodes.map((episode) => joined(batchesOf([episode], workload).map(({ numbers }) => numbers)));
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
