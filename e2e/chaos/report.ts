import { seconds, type Comparison } from './disturbed-run.js';

/** Whether verdicts and incidents are the same set, to the byte, and nothing was set aside. */
export function isSame({ verdicts, incidents, conflicts, deadLetters }: Comparison): boolean {
  const differing = [verdicts.missing, verdicts.unexpected, incidents.missing, incidents.unexpected, deadLetters];
  return conflicts === 0 && differing.every((list) => list.length === 0);
}

/** One run as a section of Markdown: what was done, and what came of it. */
export function section(title: string, done: readonly string[], run: Comparison): string {
  const rows = [
    ['Calls in all', run.calls.toLocaleString('en')],
    ['Sent in', seconds(run.fedForMs)],
    ['Calls a second', Math.round(run.calls / (run.fedForMs / 1_000)).toLocaleString('en')],
    ['Caught up after the last was sent', seconds(run.caughtUpMs)],
    ['Streams begun again by their sender', String(run.streamsSentAgain)],
    ['Records of `verdicts`: expected, lost, unexpected', counts(run.expected.verdicts, run.verdicts)],
    ['Incidents, final states: expected, lost, unexpected', counts(run.expected.incidents, run.incidents)],
    ['Duplicates seen (same identity, same bytes)', String(run.duplicates)],
    ['One identity with two contents', String(run.conflicts)],
    ['Dead letters', String(run.deadLetters.length)],
    ['Same as one process in memory', isSame(run) ? 'yes, to the byte' : 'NO'],
  ];
  const table = rows.map(([what, figure]) => `| ${what} | ${figure} |`);
  return [`## ${title}`, '', ...done.map((line) => `- ${line}`), '', '| | |', '|---|---|', ...table, ''].join('\n');
}

function counts(
  expected: number,
  { missing, unexpected }: { readonly missing: readonly string[]; readonly unexpected: readonly string[] },
): string {
  return `${expected}, ${missing.length}, ${unexpected.length}`;
}

/** The first few differences in full, for the person who looks for the cause. */
export function differences({ verdicts, incidents, deadLetters }: Comparison): string {
  const lists = { missingVerdicts: verdicts.missing, unexpectedVerdicts: verdicts.unexpected };
  const more = { missingIncidents: incidents.missing, unexpectedIncidents: incidents.unexpected, deadLetters };
  return Object.entries({ ...lists, ...more })
    .filter(([, list]) => list.length > 0)
    .flatMap(([name, list]) => [`${name}: ${list.length}`, ...list.slice(0, 3).map((text) => text.slice(0, 2_000))])
    .join('\n');
}
