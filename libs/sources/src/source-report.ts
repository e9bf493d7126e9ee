import { PlimsollError, printable, type SourceKind } from '@plimsoll/contracts';

import { foreignForm } from './foreign-forms.js';
import { likelyKind } from './kind-hint.js';
import { readerOf } from './kinds.js';
import type { Refusal } from './refusals.js';
import type { SourceCounts } from './source.js';

/** Share of a source's lines that may be refused before that is an error. */
export const REFUSED_AT_MOST = 0.05;
/** Fewer refused lines than this are an error only where they are most of a source. */
const FEW_REFUSED = 5;
const EXAMPLE_CHARACTERS = 120;

/** What became of a source that was read to its end. */
export interface SourceReport {
  /** What messages call it: its path. */
  readonly title: string;
  readonly kind: SourceKind;
  readonly counts: Readonly<SourceCounts>;
  readonly refusals: readonly Refusal[];
  /** It was cut off: what followed is lost. */
  readonly cut: boolean;
  /** What in it nobody can read, and what to do. */
  readonly notice?: string | undefined;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/** The error where more than `atMost`, a share, of a source was refused: it names what it looks like and what is read. */
export function refusalError(report: SourceReport, atMost = REFUSED_AT_MOST): PlimsollError | undefined {
  const { lines, malformed } = report.counts;
  const share = lines === 0 ? 0 : malformed / lines;
  if (share <= atMost || (malformed < FEW_REFUSED && share < 0.5)) return undefined;
  const percent = `${(100 * share).toFixed(share > 0.995 ? 0 : 1)} %`;
  return new PlimsollError(
    'wrong-kind',
    `${report.title}: ${malformed} of ${lines} lines (${percent}) cannot be read as ${readerOf(report.kind).title}${formHint(report)}`,
  );
}

/** What a source looks like and what to do, and the forms that its kind is read in. */
export function formHint({ kind, head, refusals }: Pick<SourceReport, 'kind' | 'head' | 'refusals'>): string {
  const likely = likelyKind(head);
  const known = foreignForm(head) ?? (refusals[0] && foreignForm(Buffer.from(refusals[0].example)));
  const looks =
    known !== undefined
      ? `; it looks like ${known}`
      : likely !== undefined && likely !== kind
        ? `; it looks like ${readerOf(likely).title}: name the kind ${likely}`
        : '';
  // Bytes of no text tell nobody anything.
  const example =
    refusals[0] === undefined || head.includes(0) ? '' : `\n  the first refused: ${exampleOf(refusals[0])}`;
  return `${looks}${example}\n  ${kind} is read as ${readerOf(kind).forms}`;
}

/** What became of each line, in words: for people who may see the source. */
export function reportLines(report: SourceReport): string[] {
  const { lines, read, ignored, malformed } = report.counts;
  const causes = report.refusals.map(({ cause, count }) => `${count} ${cause}`).join(', ');
  const sum = `${report.title}: ${lines} lines = ${read} read + ${ignored} ignored by design + ${malformed} refused`;
  return [
    malformed === 0 ? sum : `${sum} (${causes})`,
    ...(report.refusals[0] === undefined ? [] : [`  the first refused: ${exampleOf(report.refusals[0])}`]),
    ...(report.notice === undefined ? [] : [`  ${report.notice}`]),
    ...(report.cut ? ['  cut off: the file ends early, and what followed is lost'] : []),
  ];
}

/** What a profile notes of a source that it was not learned from in whole: numbers and causes, nothing of its text. */
export function reportNotes({ counts, refusals, cut, title }: SourceReport): string[] {
  const name = printable(title.split('/').at(-1) ?? '');
  const causes = refusals.map(({ cause, count }) => `${count} ${cause}`).join(', ');
  return [
    ...(counts.malformed === 0 ? [] : [`${name}: ${counts.malformed} of ${counts.lines} lines refused (${causes})`]),
    ...(cut ? [`${name}: cut off, what followed is lost`] : []),
  ];
}

function exampleOf({ example }: Refusal): string {
  return JSON.stringify(printable(example.slice(0, EXAMPLE_CHARACTERS)));
}
