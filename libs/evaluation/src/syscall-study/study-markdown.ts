import type { ProtocolReport, StudyReport } from './hids-docker.js';
import type { Interval, MethodRow } from './measures.js';

/** The study as a page: one table a protocol, then the prefix alarms and the notes. */
export function studyMarkdown(report: StudyReport): string {
  const { benign, attack, calls } = report.traces;
  return [
    `# ${report.dataSet}: ${benign} benign and ${attack} attack traces, ${calls} calls`,
    ...report.protocols.map(protocolMarkdown),
    '## Notes',
    ...report.notes.map((note) => `- ${note}`),
    '',
  ].join('\n\n');
}

function protocolMarkdown({ name, rows, prefix }: ProtocolReport): string {
  const lines = [
    `## Protocol: ${name}`,
    '',
    '| method | threshold | window F1 | window FPR | trace F1 | trace FPR | attack traces found |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(rowMarkdown),
    '',
    `Windows wholly before the first malicious request that alarmed: ${prefix
      .map(({ method, flagged, of }) => `${method} ${flagged}/${of}`)
      .join('; ')}.`,
  ];
  return lines.join('\n');
}

function rowMarkdown({ method, rule, windowF1, windowFpr, traceF1, traceFpr, traceRecall }: MethodRow): string {
  const cells = [
    method,
    rule,
    interval(windowF1),
    interval({ value: windowFpr.share, low: windowFpr.low, high: windowFpr.high }),
    interval(traceF1),
    `${traceFpr.hits}/${traceFpr.of} ${interval({ value: traceFpr.share, low: traceFpr.low, high: traceFpr.high })}`,
    `${traceRecall.hits}/${traceRecall.of}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function interval({ value, low, high }: Interval): string {
  return `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}
