import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import { PlimsollError } from '@plimsoll/contracts';
import {
  ablationStudy,
  adfaMarkdown,
  callCorpus,
  callStudy,
  checkSplit,
  curvePlot,
  episodeContents,
  evaluateRecordings,
  fusionStudy,
  kindSeverityRows,
  lidDsBlocks,
  markdownOf,
  operatingCurve,
  paperStudy,
  recallPlot,
  reportMarkdown,
  requestTable,
  runAdfaLd,
  runHidsDocker,
  runKeyGroups,
  runLidDs,
  runManifest,
  scoreOutcomes,
  studyBudgets,
  studyLayout,
  studyMarkdown,
  type CallStudy,
  type EpisodeOutcome,
  type Evaluation,
  type EvaluationReport,
  type RunManifest,
} from '@plimsoll/evaluation';
import { findRecordings } from '@plimsoll/local-run';
import type { SourceReport } from '@plimsoll/sources';
import { Command, InvalidArgumentError } from 'commander';

import { comparedRuns } from '../compared-runs.js';
import { drawPictures } from '../chart-pictures.js';
import { loadScorer, paperFiles } from '../paper-evaluation.js';
import { budgetOption, collected, maxRefusedOption, privacyOption } from '../shared-options.js';
import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';
import { tellLate, tellReports } from '../terminal/source-reports.js';

interface EvaluateCommandOptions {
  out?: string;
  json?: string;
  development: string[];
  study?: boolean;
  seed: number;
  falseAlertsPerDay: number;
  privacy: 'strict' | 'balanced' | 'full';
  maxRefused: number;
  budgets?: number[];
  ablation?: boolean;
  paper?: boolean;
  scorer: string[];
  seeds: number;
  compare?: string[];
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'Measure detection on labelled recordings: learn from the benign episodes, score the test episodes, print tables.',
    )
    .argument('[DIR]', 'a folder of recordings, or your copy of hids-docker, ADFA-LD or LID-DS 2021')
    .option('--out <DIR>', 'write report.md, report.json and plots there')
    .option('--json <FILE>', 'write the raw counts as JSON; - is standard output')
    .option(
      '--development <EPISODE>',
      'a test episode that was used to make choices: the others are also scored without it; may be given several times',
      collected,
      [],
    )
    .option(
      '--study',
      'also measure the system-call detectors alone, by bag size, key group and window size; on hids-docker, by key group (minutes)',
    )
    .option('--seed <N>', 'shuffles the episodes for which the recordings set no split', wholeNumber, 1)
    .addOption(budgetOption())
    .option(
      '--budgets <LIST>',
      'repeat with each of these budgets (false alerts a day, such as 0.1,0.5,1,5,20), and compare ways to combine the levels',
      budgetList,
    )
    .option('--ablation', 'repeat without each kind of observation in turn, to show what it contributes (minutes)')
    .option(
      '--paper',
      "re-make the paper's tables and figures: by window and by request, by fields, bag size and key group (minutes)",
    )
    .option(
      '--scorer <FILE>',
      'with --paper, a module with a scorer of your own, which is added to every table; may be given several times',
      collected,
      [],
    )
    .option(
      '--seeds <N>',
      'with --paper, learn and score again with N other splits of the benign episodes: mean and spread (each an evaluation)',
      wholeNumber,
      0,
    )
    .option(
      '--compare <RUN...>',
      'compare two earlier runs (folders that --out wrote): which settings differ, and how the results changed',
    )
    .addOption(privacyOption())
    .addOption(maxRefusedOption())
    .action(run);
}

async function run(folder: string | undefined, options: EvaluateCommandOptions): Promise<void> {
  if (options.compare !== undefined) {
    const { markdown, comparison } = await comparedRuns(options.compare);
    if (options.json !== undefined && options.json !== '-') await writeFile(options.json, asJson(comparison));
    process.stdout.write(options.json === '-' ? asJson(comparison) : markdown);
    return;
  }
  if (folder === undefined) throw new PlimsollError('bad-configuration', 'name a folder of recordings, or --compare');
  if (options.scorer.length > 0 && options.paper !== true) {
    throw new PlimsollError('bad-configuration', '--scorer adds rows to the tables of --paper: give both');
  }
  if (options.seeds > 0 && options.paper !== true) {
    throw new PlimsollError('bad-configuration', '--seeds is a table of --paper: give both');
  }
  const progress = new Progress('evaluating');
  const measured = await measure(folder, options, progress).finally(() => {
    progress.clear();
  });
  progress.done(measured.done);
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    const files = {
      'report.md': measured.markdown,
      'report.json': asJson(measured.report),
      ...(measured.manifest && { 'manifest.json': asJson(measured.manifest) }),
      ...measured.plots,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(options.out, name), content);
    const figures = Object.keys(measured.plots).filter((name) => name.endsWith('.svg'));
    if (options.paper === true && !(await drawPictures(options.out, figures))) {
      process.stderr.write(
        'No PNG files: they are drawn with Chromium, which is not installed (apt-get install chromium).\n',
      );
    }
  }
  if (options.json !== undefined && options.json !== '-') await writeFile(options.json, asJson(measured.report));
  process.stdout.write(options.json === '-' ? asJson(measured.report) : measured.markdown);
  tellLate(measured.late ?? 0);
  if (measured.reports) tellReports(measured.reports, options.maxRefused, false);
}

/** What one evaluation comes to, whichever kind of data it was made on. */
interface Measured {
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

async function measure(folder: string, options: EvaluateCommandOptions, progress: Progress): Promise<Measured> {
  const signal = stopSignal();
  const onProgress = (share: number, note: string): void => {
    progress.update(share, note);
  };
  const onStep = (done: number, of: number, what: string): void => {
    onProgress(of > 0 ? done / of : 0, what);
  };
  switch (studyLayout(folder)) {
    case 'hids-docker': {
      if (options.study === true) {
        const report = await runKeyGroups(folder, { onProgress: onStep, signal });
        return { markdown: studyMarkdown(report), report, plots: {}, done: 'hids-docker, key groups' };
      }
      const report = await runHidsDocker(folder, { onProgress: onStep, signal });
      return { markdown: studyMarkdown(report), report, plots: {}, done: 'hids-docker by two protocols' };
    }
    case 'adfa-ld': {
      const report = await runAdfaLd(folder, { onProgress: onStep, signal });
      return { markdown: adfaMarkdown(report), report, plots: {}, done: 'ADFA-LD, official split' };
    }
    case 'lid-ds': {
      const report = await runLidDs(folder, { onProgress: onStep, signal });
      return { markdown: markdownOf(lidDsBlocks(report)), report, plots: {}, done: 'LID-DS 2021, its own protocol' };
    }
    case undefined:
      return measureRecordings(folder, options, onProgress, signal);
  }
}

async function measureRecordings(
  folder: string,
  options: EvaluateCommandOptions,
  onProgress: (share: number, note: string) => void,
  signal: AbortSignal,
): Promise<Measured> {
  const { falseAlertsPerDay, seed, privacy, development, study, budgets, ablation } = options;
  const recordings = await findRecordings(folder);
  const unknown = development.find((name) => !recordings.some(({ recording }) => recording.episode === name));
  if (unknown !== undefined) throw new PlimsollError('bad-configuration', `${folder}: no episode ${unknown}`);
  // Before what takes minutes, so that a wrong name is told at once.
  const scorers = await Promise.all(options.scorer.map(loadScorer));
  const budget = { falseAlertsPerDay };
  const reports: SourceReport[] = [];
  const evaluation = await evaluateRecordings(recordings, {
    onRead: (report) => reports.push(report),
    budget,
    alsoAt: (budgets === undefined ? [] : studyBudgets(falseAlertsPerDay, budgets)).map((each) => ({
      falseAlertsPerDay: each,
    })),
    seed,
    privacy,
    signal,
    onProgress: (phase, share, note) => {
      onProgress(share, `${phase} ${note}`);
    },
  });
  const contents = await episodeContents(recordings);
  checkSplit(evaluation.split, contents);
  const manifest = await runManifest(seed, settingsOf(options), contents);
  const late = evaluation.outcomes.reduce((sum, outcome) => sum + outcome.late, 0);
  if (options.paper === true) {
    const report = await paperStudy(evaluation, recordings, {
      budget,
      seed,
      development,
      scorers,
      seeds: options.seeds,
      privacy,
      signal,
      onStep: (name) => {
        onProgress(0.5, name);
      },
    });
    const { markdown, files } = paperFiles(report);
    return {
      markdown,
      report,
      reports,
      manifest,
      late,
      plots: files,
      done: `${evaluation.outcomes.length} test episodes`,
    };
  }
  const studies: CallStudy[] = [];
  for (const application of study === true ? evaluation.applications : []) {
    const own = recordings.filter(({ recording }) => recording.application === application);
    const onStep = (name: string): void => {
      onProgress(0.5, `${application}: ${name}`);
    };
    const corpus = await callCorpus(own, { seed, signal });
    studies.push(callStudy(corpus, { budget, development, signal, onStep }));
  }
  const report = {
    ...reportOf(evaluation, falseAlertsPerDay, development),
    studies,
    ...(budgets && { fusion: fusionStudy(evaluation, falseAlertsPerDay, budgets) }),
    ...(ablation === true && {
      ablation: await ablationStudy(recordings, { budget, seed, privacy, signal }, (done, of, what) => {
        onProgress(done / of, what);
      }),
    }),
  };
  return {
    markdown: reportMarkdown(report),
    report,
    reports,
    manifest,
    late,
    plots: { 'recall.svg': recallPlot(report), 'curve.svg': curvePlot(report) },
    done: `${evaluation.outcomes.length} test episodes`,
  };
}

/** What may change a figure: not where reports go. */
function settingsOf(options: EvaluateCommandOptions): Record<string, unknown> {
  const { privacy, development, study, falseAlertsPerDay, budgets, ablation, paper, scorer, seeds } = options;
  return { falseAlertsPerDay, privacy, development, scorer, seeds, study, budgets, ablation, paper };
}

function asJson(report: unknown): string {
  return `${JSON.stringify(report, null, 2)}\n`;
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

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number');
  return value;
}

function budgetList(text: string): number[] {
  const budgets = text.split(',').map(Number);
  if (!budgets.every((budget) => Number.isFinite(budget) && budget > 0)) {
    throw new InvalidArgumentError('numbers above 0, separated by commas');
  }
  return budgets;
}
