import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import { PlimsollError } from '@plimsoll/contracts';
import {
  adfaMarkdown,
  lidDsBlocks,
  markdownOf,
  runAdfaLd,
  runHidsDocker,
  runKeyGroups,
  runLidDs,
  studyLayout,
  studyMarkdown,
} from '@plimsoll/evaluation';
import { Command, InvalidArgumentError } from 'commander';

import { comparedRuns } from '../compared-runs.js';
import { drawPictures } from '../chart-pictures.js';
import { measureRecordings, type Measured, type MeasureOptions } from '../measured-recordings.js';
import { budgetOption, collected, maxRefusedOption, privacyOption } from '../shared-options.js';
import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';
import { tellLate, tellReports } from '../terminal/source-reports.js';

interface EvaluateCommandOptions extends MeasureOptions {
  out?: string;
  json?: string;
  maxRefused: number;
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
    await print(options.json, markdown, comparison);
    return;
  }
  if (folder === undefined) throw new PlimsollError('bad-configuration', 'name a folder of recordings, or --compare');
  refuseAlone(options);
  const progress = new Progress('evaluating');
  const measured = await measure(folder, options, progress).finally(() => {
    progress.clear();
  });
  progress.done(measured.done);
  if (options.out !== undefined) await writeFolder(options.out, measured, options.paper === true);
  await print(options.json, measured.markdown, measured.report);
  tellLate(measured.late ?? 0);
  if (measured.reports) tellReports(measured.reports, options.maxRefused, false);
}

/** Refuses options that do nothing without --paper. */
function refuseAlone({ scorer, seeds, paper }: EvaluateCommandOptions): void {
  if (paper === true) return;
  if (scorer.length > 0) {
    throw new PlimsollError('bad-configuration', '--scorer adds rows to the tables of --paper: give both');
  }
  if (seeds > 0) throw new PlimsollError('bad-configuration', '--seeds is a table of --paper: give both');
}

/** Prints the tables, or the counts where `json` is `-`; any other `json` is a file for them beside the tables. */
async function print(json: string | undefined, markdown: string, counts: unknown): Promise<void> {
  if (json !== undefined && json !== '-') await writeFile(json, asJson(counts));
  process.stdout.write(json === '-' ? asJson(counts) : markdown);
}

async function writeFolder(folder: string, measured: Measured, asPictures: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = {
    'report.md': measured.markdown,
    'report.json': asJson(measured.report),
    ...(measured.manifest && { 'manifest.json': asJson(measured.manifest) }),
    ...measured.plots,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const figures = Object.keys(measured.plots).filter((name) => name.endsWith('.svg'));
  if (!asPictures || (await drawPictures(folder, figures))) return;
  process.stderr.write(
    'No PNG files: they are drawn with Chromium, which is not installed (apt-get install chromium).\n',
  );
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

function asJson(report: unknown): string {
  return `${JSON.stringify(report, null, 2)}\n`;
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
