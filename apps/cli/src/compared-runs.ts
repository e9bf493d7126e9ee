import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PlimsollError } from '@plimsoll/contracts';
import {
  compareRuns,
  comparisonBlocks,
  markdownOf,
  PAPER_CHOICES,
  type Comparison,
  type RequestScore,
  type Run,
  type WindowScore,
} from '@plimsoll/evaluation';

/**
 * Two runs that `evaluate --out` wrote, compared. Throws `bad-configuration` where there are not
 * two, `missing-file` where one is no run.
 */
export async function comparedRuns(
  folders: readonly string[],
): Promise<{ readonly markdown: string; readonly comparison: Comparison }> {
  const [before, after, ...more] = folders;
  if (before === undefined || after === undefined || more.length > 0) {
    throw new PlimsollError('bad-configuration', '--compare takes two folders, as --compare before after');
  }
  const comparison = compareRuns(await runAt(before), await runAt(after));
  return { markdown: markdownOf(comparisonBlocks(comparison)), comparison };
}

async function runAt(folder: string): Promise<Run> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
  try {
    const [manifest, report] = await Promise.all([read('manifest.json'), read('report.json')]);
    return { manifest: withPlans(manifest as Run['manifest']), rows: rowsOf(report) };
  } catch (cause) {
    throw new PlimsollError(
      'missing-file',
      `${folder}: no run is there; plimsoll evaluate DIR --out FOLDER writes manifest.json and report.json`,
      { cause },
    );
  }
}

/** A run of an earlier release names no plans. */
function withPlans(
  manifest: Omit<Run['manifest'], 'plans'> & Partial<Pick<Run['manifest'], 'plans'>>,
): Run['manifest'] {
  return { ...manifest, plans: manifest.plans ?? {} };
}

/** Rows of every table but those of one number of fields: by request, and of the paper's tables by the counted window. */
function rowsOf(report: unknown): Run['rows'] {
  const found: Run['rows'][number][] = [];
  const visit = (value: unknown, application: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const own = 'application' in value && typeof value.application === 'string' ? value.application : application;
    if ('view' in value && 'episodes' in value && 'falseEvents' in value) {
      found.push({ ...(value as RequestScore), by: 'request' });
    } else if ('view' in value && 'episodes' in value && 'counts' in value) {
      found.push(...windowRow(value as WindowScore, own));
    } else {
      for (const [name, child] of Object.entries(value)) if (!OF_FIELDS.has(name)) visit(child, own);
    }
  };
  visit(report, '');
  return found;
}

const OF_FIELDS = new Set(['fields', 'sets']);

function windowRow({ view, seconds, episodes }: WindowScore, application: string): Run['rows'] {
  if (seconds !== PAPER_CHOICES.countedSeconds) return [];
  return [
    {
      application,
      view,
      by: 'window',
      episodes: episodes.map(({ episode, truePositives, falsePositives, falseNegatives }) => ({
        episode,
        actions: truePositives + falseNegatives,
        detected: truePositives,
        falseEvents: falsePositives,
      })),
    },
  ];
}
