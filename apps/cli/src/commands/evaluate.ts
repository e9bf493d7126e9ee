import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import {
  adfaMarkdown,
  curvePlot,
  evaluateRecordings,
  findRecordings,
  operatingCurve,
  recallPlot,
  reportMarkdown,
  runAdfaLd,
  runHidsDocker,
  scoreOutcomes,
  studyLayout,
  studyMarkdown,
  type Evaluation,
  type EvaluationReport,
} from '@plimsoll/evaluation';
import { Command, InvalidArgumentError } from 'commander';

import { budgetOption, privacyOption } from '../shared-options.js';
import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';

interface EvaluateCommandOptions {
  out?: string;
  json?: string;
  seed: number;
  falseAlertsPerDay: number;
  privacy: 'strict' | 'balanced' | 'full';
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'Measure detection on labelled recordings: learn from the benign episodes, judge the test episodes, print tables.',
    )
    .argument('<DIR>', 'a folder of recordings, or an own copy of hids-docker or ADFA-LD')
    .option('--out <DIR>', 'write report.md, report.json and plots there')
    .option('--json <FILE>', 'write the raw counts as JSON; - is standard output')
    .option('--seed <N>', 'orders the episodes whose split the recordings leave open', wholeNumber, 1)
    .addOption(budgetOption())
    .addOption(privacyOption())
    .action(run);
}

async function run(folder: string, options: EvaluateCommandOptions): Promise<void> {
  const progress = new Progress('evaluating');
  const measured = await measure(folder, options, progress).finally(() => {
    progress.clear();
  });
  progress.done(measured.done);
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    const files = { 'report.md': measured.markdown, 'report.json': asJson(measured.report), ...measured.plots };
    for (const [name, content] of Object.entries(files)) await writeFile(join(options.out, name), content);
  }
  if (options.json !== undefined && options.json !== '-') await writeFile(options.json, asJson(measured.report));
  process.stdout.write(options.json === '-' ? asJson(measured.report) : measured.markdown);
}

/** What one evaluation comes to, whichever kind of data it was made on. */
interface Measured {
  readonly markdown: string;
  readonly report: unknown;
  readonly plots: Readonly<Record<string, string>>;
  readonly done: string;
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
      const report = await runHidsDocker(folder, { onProgress: onStep, signal });
      return { markdown: studyMarkdown(report), report, plots: {}, done: 'hids-docker by two protocols' };
    }
    case 'adfa-ld': {
      const report = await runAdfaLd(folder, { onProgress: onStep, signal });
      return { markdown: adfaMarkdown(report), report, plots: {}, done: 'ADFA-LD, official split' };
    }
    case undefined:
      return measureRecordings(folder, options, onProgress, signal);
  }
}

async function measureRecordings(
  folder: string,
  { falseAlertsPerDay, seed, privacy }: EvaluateCommandOptions,
  onProgress: (share: number, note: string) => void,
  signal: AbortSignal,
): Promise<Measured> {
  const evaluation = await evaluateRecordings(await findRecordings(folder), {
    budget: { falseAlertsPerDay },
    seed,
    privacy,
    signal,
    onProgress: (phase, share, note) => {
      onProgress(share, `${phase} ${note}`);
    },
  });
  const report = reportOf(evaluation, falseAlertsPerDay);
  return {
    markdown: reportMarkdown(report),
    report,
    plots: { 'recall.svg': recallPlot(report), 'curve.svg': curvePlot(report) },
    done: `${evaluation.outcomes.length} test episodes`,
  };
}

function asJson(report: unknown): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function reportOf(evaluation: Evaluation, falseAlertsPerDay: number): EvaluationReport {
  const { applications, split, profiles, outcomes } = evaluation;
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
    views: scoreOutcomes(outcomes),
    curve: operatingCurve(outcomes),
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number');
  return value;
}
