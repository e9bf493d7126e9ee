import { proportion, type Proportion, seededRandom } from '../intervals.js';
import type { Fold, Method } from './scoring.js';
import type { Trace } from './trace.js';

/** One trace as a method saw it in one fold. */
export interface TraceOutcome {
  readonly trace: Pick<Trace, 'name' | 'label' | 'group'>;
  /** Windows, and those that alarmed. */
  readonly windows: number;
  readonly flagged: number;
  readonly alarmed: boolean;
  /** Alarmed windows by the position of their last call. */
  readonly flaggedEnds: readonly number[];
  /** Highest score of a window. */
  readonly score: number;
}

export interface FoldOutcome {
  readonly fold: string;
  readonly traces: readonly TraceOutcome[];
}

/** What one method reached in one protocol: means over the folds, with 95 % intervals. */
export interface MethodRow {
  readonly method: string;
  readonly rule: string;
  readonly windowF1: Interval;
  readonly windowFpr: Proportion;
  readonly traceF1: Interval;
  readonly traceFpr: Proportion;
  readonly traceRecall: Proportion;
  readonly folds: readonly FoldOutcome[];
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function runMethod(method: Method, folds: readonly Fold[]): MethodRow {
  const outcomes = folds.map((fold) => outcomeOf(method, fold));
  const counted = (label: Trace['label'], of: (one: TraceOutcome) => readonly [number, number]): Proportion => {
    const sums = outcomes
      .flatMap(({ traces }) => traces)
      .filter(({ trace }) => trace.label === label)
      .map(of);
    return proportion(
      sums.reduce((sum, [hits]) => sum + hits, 0),
      sums.reduce((sum, [, all]) => sum + all, 0),
    );
  };
  return {
    method: method.name,
    rule: method.rule,
    windowF1: bootstrapped(outcomes, windowF1),
    windowFpr: counted('benign', ({ flagged, windows }) => [flagged, windows]),
    traceF1: bootstrapped(outcomes, traceF1),
    traceFpr: counted('benign', ({ alarmed }) => [alarmed ? 1 : 0, 1]),
    traceRecall: counted('attack', ({ alarmed }) => [alarmed ? 1 : 0, 1]),
    folds: outcomes,
  };
}

function outcomeOf(method: Method, fold: Fold): FoldOutcome {
  const fitted = method.fit(fold);
  const traces = fold.test.map((trace): TraceOutcome => {
    const { name, label, group } = trace;
    const windows = fitted.windows(trace);
    const flagged = windows.filter(({ score }) => score >= fitted.windowThreshold);
    return {
      trace: { name, label, group },
      windows: windows.length,
      flagged: flagged.length,
      flaggedEnds: flagged.map(({ end }) => end),
      alarmed: fitted.alarms(windows),
      score: Math.max(0, ...windows.map(({ score }) => score)),
    };
  });
  return { fold: fold.name, traces };
}

/** F1 over windows: every window of an attack trace is an attack's, the ordinary requests before it too. */
function windowF1(traces: readonly TraceOutcome[]): number {
  const attack = traces.filter(({ trace }) => trace.label === 'attack');
  const benign = traces.filter(({ trace }) => trace.label === 'benign');
  const hits = total(attack, ({ flagged }) => flagged);
  return f1Of(
    hits,
    total(benign, ({ flagged }) => flagged),
    total(attack, ({ windows }) => windows) - hits,
  );
}

function traceF1(traces: readonly TraceOutcome[]): number {
  const count = (label: Trace['label'], alarmed: boolean): number =>
    traces.filter((one) => one.trace.label === label && one.alarmed === alarmed).length;
  return f1Of(count('attack', true), count('benign', true), count('attack', false));
}

export function f1Of(hits: number, falseAlarms: number, misses: number): number {
  return hits === 0 ? 0 : (2 * hits) / (2 * hits + falseAlarms + misses);
}

function total(traces: readonly TraceOutcome[], of: (one: TraceOutcome) => number): number {
  return traces.reduce((sum, one) => sum + of(one), 0);
}

const ROUNDS = 1_000;

/** Mean over folds, and its percentile bootstrap over traces: a trace that is drawn twice counts twice in each fold. */
function bootstrapped(folds: readonly FoldOutcome[], statistic: (traces: readonly TraceOutcome[]) => number): Interval {
  const mean = (of: (fold: FoldOutcome) => readonly TraceOutcome[]): number =>
    folds.reduce((sum, fold) => sum + statistic(of(fold)), 0) / folds.length;
  const random = seededRandom(1);
  const draw = (traces: readonly TraceOutcome[]): TraceOutcome[] =>
    traces.map(() => traces[Math.floor(random() * traces.length)]!);
  const values = Array.from({ length: ROUNDS }, () =>
    mean(({ traces }) => [
      ...draw(traces.filter(({ trace }) => trace.label === 'benign')),
      ...draw(traces.filter(({ trace }) => trace.label === 'attack')),
    ]),
  ).sort((one, other) => one - other);
  return {
    value: mean(({ traces }) => traces),
    low: values[Math.floor(ROUNDS * 0.025)]!,
    high: values[Math.ceil(ROUNDS * 0.975) - 1]!,
  };
}

/** Area under the ROC curve: the probability that an attack scores higher than a benign trace, ties counting half. */
export function areaUnderCurve(benign: readonly number[], attack: readonly number[]): number {
  const all = [
    ...benign.map((score) => ({ score, attack: false })),
    ...attack.map((score) => ({ score, attack: true })),
  ].sort((one, other) => one.score - other.score);
  let rankSum = 0;
  for (let i = 0; i < all.length;) {
    let j = i;
    while (j < all.length && all[j]!.score === all[i]!.score) j++;
    const rank = (i + 1 + j) / 2;
    for (let k = i; k < j; k++) if (all[k]!.attack) rankSum += rank;
    i = j;
  }
  return (rankSum - (attack.length * (attack.length + 1)) / 2) / (benign.length * attack.length);
}
