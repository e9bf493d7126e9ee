import { type Baseline, type Budget, publishedSets } from '@plimsoll/detection';
import type { RecordingAt } from '@plimsoll/local-run';

import { callCorpus, workloadsOf, type CallCorpus } from '../call-corpus.js';
import { CallVariants, FREQUENCY_VARIANTS, type GroupCalls, type GroupOf } from '../call-variants.js';
import { redrawnSplit } from '../episode-split.js';
import { evaluateRecordings, type EvaluateOptions, type Evaluation } from '../evaluate-recordings.js';
import { scoreApplication, type RequestScore } from '../request-table.js';
import { statementCalls, type StatementCalls } from '../statement-calls.js';
import { publishedDetectors } from '../syscall-study/published-detectors.js';
import { checkFrozen, checkPrevalence } from '../run/leakage.js';
import { FROZEN_CHOICES, PAPER_CHOICES } from './choices.js';
import { FIELDS, fieldScore, fieldScores, type FieldScore } from './field-table.js';
import { honestChanges, type HonestChanges } from './honest-changes.js';
import { latencyScore, type LatencyScore } from './latency-table.js';
import { pathScores, type PathScore } from './path-table.js';
import { redrawnCorpus, seedScores, type SeededScore, type SeedScore } from './seed-table.js';
import { variantView, outcomeViews, scorerView, type View } from './view.js';
import { windowScore, windowsIn, type WindowScore } from './window-table.js';

/** One row of a table of calls: by window as the paper counts, and by request. */
export interface VariantScore {
  readonly windows: WindowScore;
  readonly requests: RequestScore;
}

/** What the paper's tables and figures are re-made from, for one application. */
export interface PaperApplication {
  readonly application: string;
  readonly episodes: {
    readonly learn: number;
    readonly calibrate: number;
    readonly benign: number;
    readonly attack: number;
  };
  /** Every view at every window length. */
  readonly windows: readonly WindowScore[];
  readonly requests: readonly RequestScore[];
  readonly fields: readonly FieldScore[];
  readonly paths: readonly PathScore[];
  /** By level. */
  readonly latency: readonly LatencyScore[];
  /** Over splits and random groups that seeds draw; empty where none was asked for. */
  readonly seeds: readonly SeedScore[];
  /** Nothing of what follows where no calls were recorded. */
  readonly calls?: {
    readonly bagSizes: readonly VariantScore[];
    readonly keyGroups: readonly VariantScore[];
    readonly groups: readonly GroupCalls[];
    /** The frequency detector on S1 … S17 of the paper's table for as many fields as the scored attacks alter. */
    readonly sets: readonly { readonly set: number; readonly calls: number; readonly score: FieldScore }[];
    readonly frequencyWindows: readonly VariantScore[];
    readonly statements: readonly StatementCalls[];
    readonly honest: HonestChanges;
  };
}

export interface PaperReport {
  readonly schema: 1;
  readonly seed: number;
  readonly falseAlertsPerDay: number;
  readonly development: readonly string[];
  readonly split: Evaluation['split'];
  readonly choices: typeof PAPER_CHOICES;
  readonly applications: readonly PaperApplication[];
}

export interface PaperOptions {
  readonly budget: Budget;
  readonly seed: number;
  /** Episodes whose attacks choose a key group; they are scored in no row. */
  readonly development: readonly string[];
  /** Seeds 1 … n each draw the split anew; each costs an evaluation. */
  readonly seeds?: number;
  readonly privacy?: EvaluateOptions['privacy'];
  /** Beside the published ones: each gets its row in every table of detectors. */
  readonly scorers?: readonly Baseline[];
  readonly signal?: AbortSignal;
  readonly onStep?: (name: string) => void;
}

/**
 * Re-makes the paper's tables on an evaluation and its recordings. The same recordings and seed give the same report to
 * the byte. Cost: each test episode is scored some hundred times; memory is that of `callCorpus`, one application at a
 * time. Throws `wrong-kind` where a table leaves windows out.
 */
export async function paperStudy(
  evaluation: Evaluation,
  recordings: readonly RecordingAt[],
  options: PaperOptions,
): Promise<PaperReport> {
  checkFrozen(PAPER_CHOICES, FROZEN_CHOICES);
  const applications: PaperApplication[] = [];
  for (const application of evaluation.applications) {
    const own = recordings.filter(({ recording }) => recording.application === application);
    options.onStep?.(`${application}: reading calls`);
    const corpus = await callCorpus(own, { seed: options.seed, ...(options.signal && { signal: options.signal }) });
    const seeds = await overSeeds(own, corpus, options);
    applications.push({ ...studied(application, evaluation, corpus, options), seeds });
  }
  return {
    schema: 1,
    seed: options.seed,
    falseAlertsPerDay: options.budget.falseAlertsPerDay,
    development: options.development,
    split: evaluation.split,
    choices: PAPER_CHOICES,
    applications,
  };
}

function studied(
  application: string,
  { outcomes }: Evaluation,
  corpus: CallCorpus,
  options: PaperOptions,
): Omit<PaperApplication, 'seeds'> {
  const { windowSeconds, countedSeconds, prevalences, levels } = PAPER_CHOICES;
  const scored = outcomes.filter(
    (outcome) => outcome.application === application && !options.development.includes(outcome.episode),
  );
  const variants = new CallVariants(corpus, {
    ...options,
    onStep: (name) => options.onStep?.(`${application}: ${name}`),
  });
  const hasCalls = workloadsOf(corpus).length > 0;
  const views = [...outcomeViews(scored), ...(hasCalls ? scorerViews(variants, options) : [])];
  const attacked = scored.filter(({ actions }) => actions.length > 0).length;
  return {
    application,
    episodes: {
      learn: corpus.learn.length,
      calibrate: corpus.calibrate.length,
      benign: scored.length - attacked,
      attack: attacked,
    },
    windows: windowSeconds.flatMap((seconds) => views.map((view) => checkedWindows(view, seconds))),
    requests: views.map((view) => scoreApplication(application, view.name, view.episodes)),
    fields: views.flatMap((view) => fieldScores(view, countedSeconds, prevalences)),
    paths: pathScores(views, levels),
    latency: views.filter(({ name }) => levels.some((level) => level === name)).map(latencyScore),
    ...(hasCalls && { calls: callTables(application, variants, options) }),
  };
}

/** Learns and scores one application again for every seed. */
async function overSeeds(
  recordings: readonly RecordingAt[],
  corpus: CallCorpus,
  { seeds = 0, ...options }: PaperOptions,
): Promise<SeedScore[]> {
  const { application } = corpus;
  const { budget, privacy, signal } = options;
  const runs: SeededScore[][] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    options.onStep?.(`${application}: seed ${seed} of ${seeds}`);
    const redrawn = redrawnSplit(recordings, seed);
    const { outcomes } = await evaluateRecordings(redrawn, {
      budget,
      ...(privacy && { privacy }),
      ...(signal && { signal }),
    });
    const own = outcomes.filter(({ episode }) => !options.development.includes(episode));
    const variants = new CallVariants(redrawnCorpus(corpus, redrawn), options);
    const calls = workloadsOf(corpus).length > 0;
    const views = [...outcomeViews(own), ...(calls ? seededViews(application, variants, seed, options) : [])];
    runs.push(
      views.map((view) => ({
        windows: checkedWindows(view, PAPER_CHOICES.countedSeconds),
        requests: scoreApplication(application, view.name, view.episodes),
      })),
    );
  }
  return seedScores(runs);
}

function seededViews(application: string, variants: CallVariants, seed: number, options: PaperOptions): View[] {
  const { groupOf } = variants.randomGroup(seed);
  const [sequence, frequency] = ['sequence, random group', 'frequency, random group'];
  return [
    variantView(sequence, application, 'sequence', variants.sequence(sequence, {}, groupOf)),
    variantView(frequency, application, 'frequency', variants.frequency(frequency, {}, groupOf)),
    ...scorerViews(variants, options),
  ];
}

/** The windows of a view, all of them. */
function checkedWindows(view: View, seconds: number): WindowScore {
  const score = windowScore(view, seconds, PAPER_CHOICES.prevalences);
  checkPrevalence(
    score,
    view.episodes.reduce((sum, episode) => sum + windowsIn(episode, seconds), 0),
  );
  return score;
}

function scorerViews(variants: CallVariants, { scorers = [], budget }: PaperOptions): View[] {
  // What always alerts stands there by request already; its scores calibrate nothing.
  const published = publishedDetectors().filter(({ name }) => name !== 'always');
  return [...published, ...scorers].map((scorer) => {
    variants.begin(scorer.name);
    return scorerView(scorer, variants.scored, budget);
  });
}

function callTables(
  application: string,
  variants: CallVariants,
  options: PaperOptions,
): NonNullable<PaperApplication['calls']> {
  const scored = (view: View): VariantScore => ({
    windows: checkedWindows(view, PAPER_CHOICES.countedSeconds),
    requests: scoreApplication(application, view.name, view.episodes),
  });
  const sequence = (name: string, given: object, groupOf?: GroupOf): VariantScore =>
    scored(variantView(name, application, 'sequence', variants.sequence(name, given, groupOf)));
  const frequencyView = (name: string, given: object, groupOf?: GroupOf): View =>
    variantView(name, application, 'frequency', variants.frequency(name, given, groupOf));
  const frequency = (name: string, given: object, groupOf?: GroupOf): VariantScore =>
    scored(frequencyView(name, given, groupOf));
  const groups = variants.keyGroups();
  return {
    bagSizes: variants.bagSizes().map(({ name, given }) => sequence(name, given)),
    keyGroups: groups.flatMap(({ name, groupOf }) => [
      sequence(`sequence, ${name}`, {}, groupOf),
      frequency(`frequency, ${name}`, {}, groupOf),
    ]),
    groups: variants.groupCalls(),
    sets: setScores(frequencyView, variants),
    frequencyWindows: FREQUENCY_VARIANTS.map(({ name, given }) => frequency(name, given)),
    statements: statementCalls(variants.scored),
    honest: honestChanges(variants.scored, options.seed),
  };
}

/** Sets that hold the same calls are scored once. */
function setScores(
  frequencyView: (name: string, given: object, groupOf: GroupOf) => View,
  variants: CallVariants,
): NonNullable<PaperApplication['calls']>['sets'] {
  const views = new Map<string, View>();
  const altered = new Set(variants.scored.test.flatMap(({ actions }) => actions.map(({ severity }) => severity ?? 0)));
  return FIELDS.filter((fields) => altered.has(fields)).flatMap((fields) =>
    publishedSets(fields).map((calls, i) => {
      const key = calls.join(' ');
      const view = views.get(key) ?? frequencyView(`set of ${calls.length} calls`, {}, () => calls);
      views.set(key, view);
      return { set: i + 1, calls: calls.length, score: fieldScore(view, fields, PAPER_CHOICES.countedSeconds, []) };
    }),
  );
}
