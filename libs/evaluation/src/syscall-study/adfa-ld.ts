import { PlimsollError, type SyscallBatch } from '@plimsoll/contracts';
import {
  ALWAYS,
  type Baseline,
  type Calibration,
  compositionDistance,
  type Detector,
  type FittedBaseline,
  type FoldLearner,
  frequencyDetector,
  FrequencyLearner,
  isolationForest,
  NEVER,
  sequenceDetector,
  SequenceLearner,
  Stide,
  unseenCall,
  VOLUME,
} from '@plimsoll/detection';

import { proportion, type Proportion, seededRandom } from '../intervals.js';
import {
  ADFA_CONFIGURATION,
  ADFA_FOLDS,
  ADFA_OPTIONS,
  ADFA_P,
  DEVELOPMENT_FAMILIES,
  digestOf,
  isDevelopment,
} from './adfa-options.js';
import { adfaTraces, WHERE } from './adfa-traces.js';
import type { StudyOptions } from './hids-docker.js';
import { adfaRoot } from './layout.js';
import { areaUnderCurve, f1Of, type Interval } from './measures.js';
import { fitted, strangest, together } from './scoring.js';
import type { Trace } from './trace.js';

/** One method on one selection of test traces. */
export interface AdfaRow {
  readonly method: string;
  readonly rule: string;
  readonly auc: Interval;
  readonly f1: Interval;
  readonly fpr: Proportion;
  readonly recall: Proportion;
}

export interface AdfaReport {
  readonly dataSet: 'ADFA-LD';
  readonly configuration: string;
  readonly traces: { readonly training: number; readonly validation: number; readonly attack: number };
  readonly repeats: AdfaRepeats;
  readonly tables: readonly { readonly name: string; readonly rows: readonly AdfaRow[] }[];
  /** Share of each family's traces that the frozen configuration finds. */
  readonly families: readonly { readonly family: string; readonly found: Proportion }[];
}

/** Traces that are equal call for call: the data set repeats itself, across its parts too. */
export interface AdfaRepeats {
  /** Validation traces that repeat a training trace. */
  readonly ofTraining: number;
  /** Distinct validation traces, and how often the most frequent one is there. */
  readonly distinctValidation: number;
  readonly mostFrequent: number;
  /** Attack traces that repeat a benign one, so that it has two labels. */
  readonly twoLabels: number;
}

interface Scorer {
  readonly name: string;
  readonly rule: string;
  /** A score for each trace and the lowest one that alarms. */
  score(training: readonly Trace[], test: readonly Trace[]): { readonly scores: number[]; readonly threshold: number };
}

/** ADFA-LD's official split, per trace: training traces learn and calibrate, validation and attack traces are tested. */
export async function runAdfaLd(path: string, options: StudyOptions = {}): Promise<AdfaReport> {
  const root = adfaRoot(path);
  if (root === undefined) throw new PlimsollError('wrong-kind', `${path}: no ADFA-LD here`);
  const { training, validation, attack } = await adfaTraces(root, options.signal);
  const test = [...validation, ...attack];
  const scorers = adfaScorers();
  const scored = scorers.map((scorer, i) => {
    if (options.signal?.aborted) throw new PlimsollError('stopped', 'the study was stopped');
    options.onProgress?.(i, scorers.length, scorer.name);
    return { scorer, ...scorer.score(training, test) };
  });
  options.onProgress?.(scorers.length, scorers.length, 'done');
  const digest = ({ calls }: Trace): string => digestOf(calls).toString('hex');
  const known = new Set(training.map(digest));
  const first = new Map(test.filter((trace) => !known.has(digest(trace))).map((trace) => [digest(trace), trace]));
  const once = new Set(first.values());
  const tables = [
    {
      name: `what no choice was made on: the other half of validation, without ${DEVELOPMENT_FAMILIES.join(' and ')}`,
      keep: (trace: Trace) => !isDevelopment(trace),
    },
    { name: 'the official split: all validation and attack traces', keep: () => true },
    {
      name: 'each distinct trace once, none that repeats a training trace',
      keep: (trace: Trace) => once.has(trace),
    },
  ].map(({ name, keep }) => ({
    name,
    rows: scored.map(({ scorer, scores, threshold }) => rowOf(scorer, test, scores, threshold, keep)),
  }));
  const frozen = scored.find(({ scorer }) => scorer.name === FROZEN);
  return {
    dataSet: 'ADFA-LD',
    configuration: ADFA_CONFIGURATION,
    traces: { training: training.length, validation: validation.length, attack: attack.length },
    repeats: repeatsOf(training.map(digest), validation.map(digest), attack.map(digest)),
    tables,
    families: frozen ? familiesOf(test, frozen.scores, frozen.threshold) : [],
  };
}

function repeatsOf(training: readonly string[], validation: readonly string[], attack: readonly string[]): AdfaRepeats {
  const known = new Set(training);
  const times = new Map<string, number>();
  for (const digest of validation) times.set(digest, (times.get(digest) ?? 0) + 1);
  return {
    ofTraining: validation.filter((digest) => known.has(digest)).length,
    distinctValidation: times.size,
    mostFrequent: Math.max(...times.values()),
    twoLabels: attack.filter((digest) => known.has(digest) || times.has(digest)).length,
  };
}

const FROZEN = 'Plimsoll sequence, rare calls';

function adfaScorers(): Scorer[] {
  const sequence = sequenceDetector({ publish: 'every' });
  const frequency = frequencyDetector({ publish: 'every' });
  return [
    ...[ALWAYS, NEVER, VOLUME, unseenCall(WHOLE), compositionDistance(WHOLE), isolationForest()].map(baselineScorer),
    ...[0.95, 1 - ADFA_P].flatMap((quantile) => [
      stideRate('ngram', 6, quantile),
      stideRate('ngram', 10, quantile),
      stideRate('ngram', 15, quantile),
      stideRate('bag', 6, quantile),
    ]),
    shipped(FROZEN, sequence, () => new SequenceLearner(WHERE, ADFA_OPTIONS)),
    shipped(FROZEN, sequence, () => new SequenceLearner(WHERE, ADFA_OPTIONS), 0.05),
    both(
      shipped(FROZEN, sequence, () => new SequenceLearner(WHERE, ADFA_OPTIONS)),
      shipped('', frequency, () => new FrequencyLearner(WHERE, { minCalls: ADFA_OPTIONS.minCalls })),
    ),
    shipped('Plimsoll sequence, default', sequence, () => new SequenceLearner(WHERE), ADFA_P, together),
    shipped('Plimsoll frequency, default', frequency, () => new FrequencyLearner(WHERE), ADFA_P, together),
  ];
}

/** Both levels as one: Fisher's combination of their p-values (Fisher 1932), which takes them for independent. */
function both(one: Scorer, other: Scorer): Scorer {
  return {
    name: 'Plimsoll sequence (as above) and frequency, Fisher',
    rule: one.rule,
    score(training, test) {
      const first = one.score(training, test);
      const second = other.score(training, test);
      return { ...first, scores: first.scores.map((score, i) => fisher(score, second.scores[i]!)) };
    },
  };
}

/** -log10 of the probability that two independent p-values have as small a product; arguments are -log10 of each. */
function fisher(one: number, other: number): number {
  const nats = (one + other) * Math.LN10;
  return one + other - Math.log10(1 + nats);
}

/** Calls of the longest window: every trace of ADFA-LD is one. */
const WHOLE = 10_000;

/** A baseline as in hids-docker's table; every fifth training trace calibrates, and 95 % of those stay silent. */
function baselineScorer(baseline: Baseline): Scorer {
  return {
    name: baseline.name,
    rule: '95 % quantile',
    score(training, test) {
      const highest = (fitted: FittedBaseline, { calls }: Trace): number => Math.max(...fitted.windows(calls, WHOLE));
      const calibrating = baseline.fit(training.filter((_, i) => i % 5 !== 4).map(({ calls }) => calls));
      const held = training.filter((_, i) => i % 5 === 4).map((trace) => highest(calibrating, trace));
      const whole = baseline.fit(training.map(({ calls }) => calls));
      return { scores: test.map((trace) => highest(whole, trace)), threshold: over(quantileOf(held, 0.95)) };
    },
  };
}

function quantileOf(values: readonly number[], share: number): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length * share)] ?? 0;
}

/** The lowest score above `value`. */
function over(value: number): number {
  return value + Number.EPSILON * Math.max(1, value);
}

/** Share of unknown n-grams or bags; every fifth training trace calibrates, and a `quantile` of those stay silent. */
function stideRate(kind: 'ngram' | 'bag', n: number, quantile: number): Scorer {
  return {
    name: `${kind === 'bag' ? 'BoSC w' : 'STIDE n'}=${n}, rate`,
    rule: `${Math.round(100 * quantile)} % quantile`,
    score(training, test) {
      const calibrating = new Stide(kind, n, 1);
      const whole = new Stide(kind, n, 1);
      training.forEach(({ calls }, i) => {
        whole.learn(calls);
        if (i % 5 !== 4) calibrating.learn(calls);
      });
      const held = training.filter((_, i) => i % 5 === 4).map(({ calls }) => calibrating.rate(calls));
      return { scores: test.map(({ calls }) => whole.rate(calls)), threshold: over(quantileOf(held, quantile)) };
    },
  };
}

/** Ours; a trace's score is that of its strangest window, or of all its windows together. */
function shipped<State, Model extends { readonly calibration: Calibration }>(
  name: string,
  detector: Detector<SyscallBatch, State, Model>,
  learner: () => FoldLearner<SyscallBatch>,
  p = ADFA_P,
  scoreOf: typeof together = strangest,
): Scorer {
  return {
    name,
    rule: `p ≤ ${p}`,
    score(training, test) {
      const model = fitted(detector, learner, training, ADFA_FOLDS);
      return {
        scores: test.map((trace) => scoreOf(detector, model, trace, training.length)),
        threshold: -Math.log10(p),
      };
    },
  };
}

function rowOf(
  { name, rule }: Scorer,
  test: readonly Trace[],
  scores: readonly number[],
  threshold: number,
  keep: (trace: Trace) => boolean,
): AdfaRow {
  const of = (label: Trace['label']): number[] => scores.filter((_, i) => test[i]!.label === label && keep(test[i]!));
  const benign = of('benign');
  const attack = of('attack');
  const alarmed = (values: readonly number[]): number => values.filter((score) => score >= threshold).length;
  const f1 = (b: readonly number[], a: readonly number[]): number =>
    f1Of(alarmed(a), alarmed(b), a.length - alarmed(a));
  return {
    method: name,
    rule,
    auc: bootstrapped(benign, attack, areaUnderCurve),
    f1: bootstrapped(benign, attack, f1),
    fpr: proportion(alarmed(benign), benign.length),
    recall: proportion(alarmed(attack), attack.length),
  };
}

const ROUNDS = 200;

function bootstrapped(
  benign: readonly number[],
  attack: readonly number[],
  statistic: (benign: readonly number[], attack: readonly number[]) => number,
): Interval {
  const random = seededRandom(1);
  const draw = (values: readonly number[]): number[] => values.map(() => values[Math.floor(random() * values.length)]!);
  const values = Array.from({ length: ROUNDS }, () => statistic(draw(benign), draw(attack))).sort((a, b) => a - b);
  return {
    value: statistic(benign, attack),
    low: values[Math.floor(ROUNDS * 0.025)]!,
    high: values[Math.ceil(ROUNDS * 0.975) - 1]!,
  };
}

function familiesOf(test: readonly Trace[], scores: readonly number[], threshold: number): AdfaReport['families'] {
  const families = [...new Set(test.filter(({ label }) => label === 'attack').map(({ group }) => group))].sort();
  return families.map((family) => {
    const own = scores.filter((_, i) => test[i]!.group === family);
    return { family, found: proportion(own.filter((score) => score >= threshold).length, own.length) };
  });
}
