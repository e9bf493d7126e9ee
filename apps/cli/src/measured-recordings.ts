import { PlimsollError } from '@plimsoll/contracts';
import type { Baseline } from '@plimsoll/detection';
import {
  ablationStudy,
  callCorpus,
  callStudy,
  checkSplit,
  curvePlot,
  episodeContents,
  evaluateRecordings,
  fusionStudy,
  kindSeverityRows,
  operatingCurve,
  paperStudy,
  recallPlot,
  reportMarkdown,
  requestTable,
  runManifest,
  scoreOutcomes,
  studyBudgets,
  type CallStudy,
  type EpisodeOutcome,
  type Evaluation,
  type EvaluationReport,
  type RunManifest,
} from '@plimsoll/evaluation';
import { findRecordings, type RecordingAt } from '@plimsoll/local-run';
import type { SourceReport } from '@plimsoll/sources';

import { loadScorer, paperFiles } from './paper-evaluation.js';

/** What of the command's options may change a figure. */
export interface MeasureOptions {
  /** Names of test episodes that choices were made on. */
  readonly development: string[];
  readonly study?: boolean;
  readonly seed: number;
  readonly falseAlertsPerDay: number;
  readonly privacy: 'strict' | 'balanced' | 'full';
  readonly budgets?: number[];
  readonly ablation?: boolean;
  readonly paper?: boolean;
  /** Modules with scorers, by path. */
  readonly scorer: string[];
  readonly seeds: number;
}

/** What one evaluation comes to, whichever kind of data it was made on. */
export interface Measured {
  readonly markdown: string;
  readonly report: unknown;
  readonly plots: Readonly<Record<string, string>>;
  readonly done: string;
  /** What it was made with, where recordings were read. */
  readonly manifest?: RunManifest;
  /** Verdicts that came too late to be joined. */
  readonly late?: number;
  /** What became of the lines of each source, where recordings were read. */
  readonly reports?: readonly SourceReport[];
}

/** The progress shown of studies, which do not know how many steps are left. */
const HALF_WAY = 0.5;

/** What every table of one run is made under. */
interface Run {
  readonly options: MeasureOptions;
  readonly recordings: readonly RecordingAt[];
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, note: string) => void;
}

/**
 * Evaluates the recordings of a folder: the paper's tables with `paper`, else the report. Throws `bad-configuration` where
 * a development episode is not among them or a scorer cannot be loaded, before anything is measured.
 */
export async function measureRecordings(
  folder: string,
  options: MeasureOptions,
  onProgress: (share: number, note: string) => void,
  signal: AbortSignal,
): Promise<Measured> {
  const recordings = await findRecordings(folder);
  const unknown = options.development.find((name) => !recordings.some(({ recording }) => recording.episode === name));
  if (unknown !== undefined) {
    const names = recordings.map(({ recording }) => recording.episode).join(', ');
    throw new PlimsollError('bad-configuration', `${folder}: no episode ${unknown}; there are ${names}`);
  }
  const run = { options, recordings, signal, onProgress };
  // Before what takes minutes, so that a wrong name is told at once.
  const scorers = await Promise.all(options.scorer.map(loadScorer));
  const reports: SourceReport[] = [];
  const evaluation = await evaluated(run, (report) => reports.push(report));
  const contents = await episodeContents(recordings);
  checkSplit(evaluation.split, contents);
  const manifest = await runManifest(options.seed, settingsOf(options), contents);
  const tables = options.paper === true ? await paperTables(run, evaluation, scorers) : await report(run, evaluation);
  return {
    ...tables,
    reports,
    manifest,
    late: evaluation.outcomes.reduce((sum, outcome) => sum + outcome.late, 0),
    done: `${evaluation.outcomes.length} test episodes`,
  };
}

function evaluated(
  { options, recordings, signal, onProgress }: Run,
  onRead: (report: SourceReport) => void,
): Promise<Evaluation> {
  const { falseAlertsPerDay, seed, privacy, budgets } = options;
  const also = budgets === undefined ? [] : studyBudgets(falseAlertsPerDay, budgets);
  return evaluateRecordings(recordings, {
    onRead,
    budget: { falseAlertsPerDay },
    alsoAt: also.map((each) => ({ falseAlertsPerDay: each })),
    seed,
    privacy,
    signal,
    onProgress: (phase, share, note) => {
      onProgress(share, `${phase} ${note}`);
    },
  });
}

type Tables = Pick<Measured, 'markdown' | 'report' | 'plots'>;

async function paperTables(
  { options, recordings, signal, onProgress }: Run,
  evaluation: Evaluation,
  scorers: readonly Baseline[],
): Promise<Tables> {
  const { falseAlertsPerDay, seed, seeds, development, privacy } = options;
  const report = await paperStudy(evaluation, recordings, {
    budget: { falseAlertsPerDay },
    seed,
    development,
    scorers,
    seeds,
    privacy,
    signal,
    onStep: (name) => {
      onProgress(HALF_WAY, name);
    },
  });
  const { markdown, files } = paperFiles(report);
  return { markdown, report, plots: files };
}

async function report(run: Run, evaluation: Evaluation): Promise<Tables> {
  const { options, recordings, signal, onProgress } = run;
  const { falseAlertsPerDay, seed, privacy, development, study, budgets, ablation } = options;
  const report = {
    ...reportOf(evaluation, falseAlertsPerDay, development),
    studies: study === true ? await callStudies(run, evaluation.applications) : [],
    ...(budgets && { fusion: fusionStudy(evaluation, falseAlertsPerDay, budgets) }),
    ...(ablation === true && {
      ablation: await ablationStudy(
        recordings,
        { budget: { falseAlertsPerDay }, seed, privacy, signal },
        (done, of, what) => {
          onProgress(done / of, what);
        },
      ),
    }),
  };
  const plots = { 'recall.svg': recallPlot(report), 'curve.svg': curvePlot(report) };
  return { markdown: reportMarkdown(report), report, plots };
}

/** The system-call detectors alone, application by application. */
async function callStudies(
  { options, recordings, signal, onProgress }: Run,
  applications: readonly string[],
): Promise<CallStudy[]> {
  const { seed, development, falseAlertsPerDay } = options;
  const studies: CallStudy[] = [];
  for (const application of applications) {
    const own = recordings.filter(({ recording }) => recording.application === application);
    const onStep = (name: string): void => {
      onProgress(HALF_WAY, `${application}: ${name}`);
    };
    const corpus = await callCorpus(own, { seed, signal });
    studies.push(callStudy(corpus, { budget: { falseAlertsPerDay }, development, signal, onStep }));
  }
  return studies;
}

/** What may change a figure: not where reports go. */
function settingsOf(options: MeasureOptions): Record<string, unknown> {
  const { privacy, development, study, falseAlertsPerDay, budgets, ablation, paper, scorer, seeds } = options;
  return { falseAlertsPerDay, privacy, development, scorer, seeds, study, budgets, ablation, paper };
}

function reportOf(
  evaluation: Evaluation,
  falseAlertsPerDay: number,
  development: readonly string[],
): Omit<EvaluationReport, 'studies'> {
  const { applications, split, profiles, outcomes } = evaluation;
  const detectors = profiles.map(({ detector }) => detector);
  return {
    schema: 1,
    falseAlertsPerDay,
    applications,
    split,
    profiles: profiles.map(({ application, workload, detector, version, learned }) => ({
      workload: `${application}/${workload}`,
      detector,
      version,
      events: learned.events,
      novelty: learned.novelty,
    })),
    hours: outcomes.reduce((sum, { spanUs }) => sum + spanUs, 0) / 3.6e9,
    messages: outcomes.reduce((sum, { messages }) => sum + messages, 0),
    requests: requestTable(outcomes),
    views: scoreOutcomes(outcomes, detectors),
    parts: partsOf(outcomes, detectors, development),
    kinds: kindSeverityRows(outcomes),
    curve: operatingCurve(outcomes),
  };
}

/** Development episodes and the others, each with a table of its own; nothing where none is named. */
function partsOf(
  outcomes: readonly EpisodeOutcome[],
  detectors: readonly string[],
  development: readonly string[],
): EvaluationReport['parts'] {
  if (development.length === 0) return [];
  const used = outcomes.filter(({ episode }) => development.includes(episode));
  const rest = outcomes.filter(({ episode }) => !development.includes(episode));
  return [
    {
      name: `Development episodes (${used.map(({ episode }) => episode).join(', ')})`,
      views: scoreOutcomes(used, detectors),
    },
    { name: 'All other test episodes', views: scoreOutcomes(rest, detectors) },
  ];
}
