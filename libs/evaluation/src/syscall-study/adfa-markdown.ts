import type { AdfaReport, AdfaRow } from './adfa-ld.js';
import type { Interval } from './measures.js';

/** The ADFA-LD study as a page. */
export function adfaMarkdown({ traces, repeats, configuration, tables, families }: AdfaReport): string {
  return [
    `# ADFA-LD: ${traces.training} training, ${traces.validation} validation and ${traces.attack} attack traces`,
    `Frozen configuration ${configuration}.`,
    [
      `Of the validation traces ${repeats.ofTraining} repeat a training trace, ${repeats.distinctValidation} are distinct, and`,
      `one is there ${repeats.mostFrequent} times. ${repeats.twoLabels} attack traces repeat a benign one.`,
    ].join(' '),
    ...tables.map(({ name, rows }) =>
      [
        `## ${name}`,
        '',
        '| method | threshold | AUC | F1 | false alarms | attacks found |',
        '|---|---|---|---|---|---|',
        ...rows.map(row),
      ].join('\n'),
    ),
    [
      '## Found by family, frozen configuration',
      '',
      ...families.map(({ family, found }) => `- ${family}: ${found.hits} of ${found.of}`),
    ].join('\n'),
    '',
  ].join('\n\n');
}

function row({ method, rule, auc, f1, fpr, recall }: AdfaRow): string {
  return `| ${[method, rule, interval(auc), interval(f1), rate(fpr), rate(recall)].join(' | ')} |`;
}

function rate({ share, low, high }: AdfaRow['fpr']): string {
  return interval({ value: share, low, high });
}

function interval({ value, low, high }: Interval): string {
  return `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}
