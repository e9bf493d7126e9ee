import type { CallStudy } from './call-study.js';
import { cells, fixed, interval } from './markdown-cells.js';
import type { StatementCalls } from './statement-calls.js';
import type { ViewScore } from './view-score.js';

/** What the detectors of calls do by themselves, as sections of the report. */
export function callStudyMarkdown(study: CallStudy): string[] {
  return [
    `## System calls alone: ${study.application}`,
    '',
    study.development.length === 0
      ? 'Every test episode is scored.'
      : `Scored without the development episodes (${study.development.join(', ')}).`,
    '',
    "### What an attack leaves in the database's calls",
    '',
    'Statements of attacks beside benign ones of the same verb, by the calls that the thread made while it served them (without those of waiting). Same calls: a benign statement of the learn episodes made the same calls in the same order; where all of them did, no detector of names, orders or counts can tell them apart. Longer, more calls: the probability that such a statement exceeds a benign one of the test (0.5 is no difference).',
    '',
    ...statementTable(study.statements),
    '',
    '### Bag sizes',
    '',
    ...views(study.bagSizes),
    '',
    '### Key groups, for each workload',
    '',
    ...views(study.keyGroups),
    '',
    'Groups, as `plimsoll learn --key-group WORKLOAD=CALLS` takes them:',
    '',
    ...study.groups.map(({ name, workload, calls }) => `- ${name}: \`${workload}=${calls.join(',')}\``),
    '',
    '### Frequency: windows and sizes',
    '',
    ...views(study.frequency),
    '',
    '### Sizes request by request',
    '',
    "From the first read after an answer to the next one, by thread; the threshold is that of the frequency detector's share of the budget.",
    '',
    ...views(study.requestSizes),
    '',
  ];
}

function statementTable(rows: readonly StatementCalls[]): string[] {
  return [
    cells(['statements', 'verb', 'number', 'same calls', 'same counts', 'longer', 'more calls']),
    '|---|---|---:|---:|---:|---:|---:|',
    ...rows.map(({ kind, verb, sameCalls, sameCounts, longer, moreCalls }) =>
      cells([
        kind,
        verb,
        String(sameCalls.of),
        interval(sameCalls),
        interval(sameCounts),
        fixed(longer),
        fixed(moreCalls),
      ]),
    ),
  ];
}

function views(scores: readonly ViewScore[]): string[] {
  return [
    cells(['variant', 'detected', 'recall', 'false among attacks', 'false in benign', 'coincidence', 'kinds detected']),
    '|---|---:|---:|---:|---:|---:|---|',
    ...scores.map(({ view, recall, falseAlerts, coincidence, kinds }) =>
      cells([
        view,
        `${recall.hits}/${recall.of}`,
        interval(recall),
        String(falseAlerts.amongAttacks),
        String(falseAlerts.inBenign),
        fixed(coincidence.share),
        kinds
          .filter(({ recall: found }) => found.hits > 0)
          .map(({ path, kind, recall: found }) => `${path}/${kind} ${found.hits}/${found.of}`)
          .join(', ') || '–',
      ]),
    ),
  ];
}
