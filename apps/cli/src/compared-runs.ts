import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PlimsollError } from '@plimsoll/contracts';
import { compareRuns, comparisonBlocks, markdownOf, type Comparison, type Run } from '@plimsoll/evaluation';

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
    return { manifest: manifest as Run['manifest'], requests: requestsOf(report) };
  } catch (cause) {
    throw new PlimsollError(
      'missing-file',
      `${folder}: no run is there; plimsoll evaluate DIR --out FOLDER writes manifest.json and report.json`,
      { cause },
    );
  }
}

/** Rows by request: of an evaluation, or of the paper's tables, those of every variant too. */
function requestsOf(report: unknown): Run['requests'] {
  const found: Run['requests'][number][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('view' in value && 'falseEvents' in value && 'episodes' in value) found.push(value as Run['requests'][number]);
    else for (const child of Object.values(value)) visit(child);
  };
  visit(report);
  return found;
}
