import { precisionAt, type Proportion } from './intervals.js';
import type { Evaluation } from './evaluate-recordings.js';
import type { OperatingPoint } from './operating-curve.js';
import type { ViewScore } from './view-score.js';

/** Everything that was measured, as `--json` writes it. */
export interface EvaluationReport {
  readonly schema: 1;
  readonly falseAlertsPerDay: number;
  readonly applications: readonly string[];
  readonly split: Evaluation['split'];
  readonly profiles: readonly {
    readonly workload: string;
    readonly detector: string;
    readonly version: string;
    readonly events: number;
    readonly novelty: number;
  }[];
  readonly hours: number;
  readonly messages: number;
  readonly views: readonly ViewScore[];
  readonly curve: readonly OperatingPoint[];
}

/** The report as Markdown: tables with intervals, base rates and failures. */
export function reportMarkdown(report: EvaluationReport): string {
  return [
    '# Evaluation',
    '',
    `Applications: ${report.applications.join(', ')}. Budget: ${report.falseAlertsPerDay} false alerts a day and application.`,
    `Split by episode before any windowing: ${report.split.learn.length} learn, ${report.split.calibrate.length} calibrate, ${report.split.test.length} test; ${report.hours.toFixed(3)} hours of event time judged, ${report.messages} messages.`,
    'Thresholds come from benign data alone. Intervals are 95 %: Wilson for proportions, a bootstrap over episodes for F1.',
    '',
    '## By attack action',
    '',
    'An action is detected when evidence lies within [start - 0.1 s, end + 1 s]; a false alert is a cluster of evidence (gaps of 5 s or less) that touches no action. Coincidence is the recall with every label 7 s later.',
    '',
    ...viewTable(report.views),
    '',
    '## Recall by kind',
    '',
    ...kindTable(report.views),
    '',
    '## Path naming, by kind (incidents)',
    '',
    ...namingTable(report.views[0]),
    '',
    '## Delay from the start of the action to its first evidence (event time; misses counted apart)',
    '',
    ...delayTable(report.views),
    '',
    '## Precision at other base rates (incidents; units are actions and benign 5-second spans)',
    '',
    ...prevalenceTable(report),
    '',
    '## Operating curve (all verdicts, threshold on the p-value)',
    '',
    '| p-value at most | recall | false alerts an hour |',
    '|---:|---:|---:|',
    ...report.curve.map(
      (point) =>
        `| ${point.pValue.toExponential(0)} | ${fixed(point.recall)} | ${point.falseAlertsPerHour.toFixed(1)} |`,
    ),
    '',
    '## Profiles',
    '',
    '| workload | detector | version | events | novelty |',
    '|---|---|---|---:|---:|',
    ...report.profiles.map(
      (p) => `| ${p.workload} | ${p.detector} | ${p.version} | ${p.events} | ${p.novelty.toFixed(4)} |`,
    ),
    '',
  ].join('\n');
}

function viewTable(views: readonly ViewScore[]): string[] {
  return [
    '| view | detected | recall | precision | F1 | path named | false among attacks | false in benign | false an hour | coincidence | episodes |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...views.map((view) =>
      cells([
        view.view,
        `${view.recall.hits}/${view.recall.of}`,
        interval(view.recall),
        interval(view.precision),
        `${fixed(view.f1)} [${fixed(view.f1Low)}, ${fixed(view.f1High)}]`,
        fixed(view.named.share),
        String(view.falseAlerts.amongAttacks),
        String(view.falseAlerts.inBenign),
        view.falseAlerts.perHour.toFixed(1),
        fixed(view.coincidence.share),
        `${view.episodes.hits}/${view.episodes.of}`,
      ]),
    ),
  ];
}

function kindTable(views: readonly ViewScore[]): string[] {
  const kinds = views[0]?.kinds ?? [];
  return [
    cells(['kind', 'actions', ...views.map(({ view }) => view)]),
    `|---|---:|${views.map(() => '---:|').join('')}`,
    ...kinds.map(({ path, kind, recall }, i) =>
      cells([`${path}/${kind}`, String(recall.of), ...views.map((view) => interval(view.kinds[i]!.recall))]),
    ),
  ];
}

function namingTable(view: ViewScore | undefined): string[] {
  return [
    '| kind | named rightly, of the detected |',
    '|---|---:|',
    ...(view?.kinds ?? []).map(({ path, kind, named }) => `| ${path}/${kind} | ${named.hits}/${named.of} |`),
  ];
}

function delayTable(views: readonly ViewScore[]): string[] {
  const ms = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(1));
  return [
    '| view | p50 ms | p95 ms | p99 ms | missed |',
    '|---|---:|---:|---:|---:|',
    ...views.map(({ view, delay }) =>
      cells([view, ms(delay.p50Ms), ms(delay.p95Ms), ms(delay.p99Ms), String(delay.missed)]),
    ),
  ];
}

function prevalenceTable(report: EvaluationReport): string[] {
  const incidents = report.views[0];
  if (!incidents) return [];
  const spans = (report.hours * 3600) / 5;
  const falseRate = spans > 0 ? (incidents.falseAlerts.amongAttacks + incidents.falseAlerts.inBenign) / spans : 0;
  return [
    '| attacks among the units | precision |',
    '|---:|---:|',
    ...[0.55, 0.01, 0.001].map(
      (share) => `| ${+(share * 100).toFixed(1)} % | ${fixed(precisionAt(share, incidents.recall.share, falseRate))} |`,
    ),
  ];
}

function interval({ share, low, high, of }: Proportion): string {
  return of === 0 ? '–' : `${fixed(share)} [${fixed(low)}, ${fixed(high)}]`;
}

function fixed(value: number): string {
  return value.toFixed(3);
}

function cells(values: readonly string[]): string {
  return `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |`;
}
