import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import {
  curvePlot,
  evaluateRecordings,
  findRecordings,
  operatingCurve,
  recallPlot,
  reportMarkdown,
  scoreOutcomes,
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
  const recordings = await findRecordings(folder);
  const progress = new Progress('evaluating');
  const evaluation = await evaluateRecordings(recordings, {
    budget: { falseAlertsPerDay: options.falseAlertsPerDay },
    seed: options.seed,
    privacy: options.privacy,
    signal: stopSignal(),
    onProgress: (phase, share, note) => {
      progress.update(share, `${phase} ${note}`);
    },
  }).finally(() => {
    progress.clear();
  });
  const report = reportOf(evaluation, options.falseAlertsPerDay);
  progress.done(`${evaluation.outcomes.length} test episodes`);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    await writeFile(join(options.out, 'report.md'), reportMarkdown(report));
    await writeFile(join(options.out, 'report.json'), json);
    await writeFile(join(options.out, 'recall.svg'), recallPlot(report));
    await writeFile(join(options.out, 'curve.svg'), curvePlot(report));
  }
  if (options.json === '-') process.stdout.write(json);
  else {
    if (options.json !== undefined) await writeFile(options.json, json);
    process.stdout.write(reportMarkdown(report));
  }
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
