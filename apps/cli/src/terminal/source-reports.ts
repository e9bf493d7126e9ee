import process from 'node:process';

import { refusalError, reportLines, type SourceReport } from '@plimsoll/sources';

/** Sources that are shown one by one where all is well. */
const SHOWN = 8;

/**
 * Tells what became of every line of the sources that were read; where more than `atMost` of one, a share, was refused,
 * that is an error, thrown when `throws`, else told with exit code 1.
 */
export function tellReports(reports: readonly SourceReport[], atMost: number, throws: boolean): void {
  const odd = reports.filter(({ counts, cut }) => counts.malformed > 0 || cut);
  for (const report of odd.length > 0 || reports.length > SHOWN ? odd : reports) {
    process.stderr.write(`${reportLines(report).join('\n')}\n`);
  }
  if (reports.length > 1) process.stderr.write(`${totalOf(reports)}\n`);
  const errors = reports.flatMap((report) => refusalError(report, atMost) ?? []);
  const [first] = errors;
  if (first === undefined) return;
  if (throws) throw first;
  for (const { message } of errors) process.stderr.write(`plimsoll: ${message}\n`);
  process.exitCode = 1;
}

/** Says how many verdicts came too late to be joined into incidents, where any did. */
export function tellLate(late: number): void {
  if (late === 0) return;
  process.stderr.write(
    `plimsoll: ${late} verdicts came too late to be joined into incidents: times of a source go back by more than half an hour\n`,
  );
}

function totalOf(reports: readonly SourceReport[]): string {
  const sum = (name: 'lines' | 'read' | 'ignored' | 'malformed'): number =>
    reports.reduce((total, { counts }) => total + counts[name], 0);
  return `${reports.length} sources: ${sum('lines')} lines = ${sum('read')} read + ${sum('ignored')} ignored by design + ${sum('malformed')} refused`;
}
