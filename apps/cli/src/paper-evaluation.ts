import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

import { PlimsollError } from '@plimsoll/contracts';
import type { Baseline } from '@plimsoll/detection';
import { htmlOf, markdownOf, paperBlocks, type PaperReport } from '@plimsoll/evaluation';

/** The report in every form: Markdown with its figures beside it, and one page that stands alone. */
export function paperFiles(report: PaperReport): {
  readonly markdown: string;
  readonly files: Readonly<Record<string, string>>;
} {
  const blocks = paperBlocks(report);
  const figures = blocks.flatMap((block) =>
    block.kind === 'figure' ? [[`${block.name}.svg`, block.svg] as const] : [],
  );
  return {
    markdown: markdownOf(blocks),
    files: { ...Object.fromEntries(figures), 'report.html': htmlOf("The paper's experiment, repeated", blocks) },
  };
}

/**
 * A researcher's own scorer: a module whose default export is a `Baseline` (a name, and `fit`). It is run as it is, so
 * only name files of your own. Throws `bad-configuration` where it is none.
 */
export async function loadScorer(file: string): Promise<Baseline> {
  const loaded = (await import(pathToFileURL(resolve(file)).href).catch((cause: unknown) => {
    throw new PlimsollError('bad-configuration', `${file}: cannot be loaded as a module`, { cause });
  })) as { default?: unknown };
  const scorer = loaded.default;
  if (!isScorer(scorer)) {
    throw new PlimsollError(
      'bad-configuration',
      `${file}: the default export has to be { name, fit(traces) } as docs/experiment.md shows`,
    );
  }
  return scorer;
}

function isScorer(value: unknown): value is Baseline {
  if (typeof value !== 'object' || value === null) return false;
  return 'name' in value && typeof value.name === 'string' && 'fit' in value && typeof value.fit === 'function';
}
