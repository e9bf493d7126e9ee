import { callStudyMarkdown } from './call-study-markdown.js';
import type { CallStudy } from './call-study.js';
import type { Evaluation } from './evaluate-recordings.js';
import { ablationMarkdown, type AblationRow } from './ablation.js';
import { fusionMarkdown } from './fusion-markdown.js';
import type { FusionStudy } from './fusion-study.js';
import { precisionAt } from './intervals.js';
import { KIND_VIEWS, type KindSeverityRow } from './kind-severity.js';
import { cells, fixed, interval } from './markdown-cells.js';
import type { OperatingPoint } from './operating-curve.js';
import { requestMarkdown } from './request-markdown.js';
import type { RequestScore } from './request-table.js';
import type { SeverityScore } from './severity-score.js';
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
  readonly requests: readonly RequestScore[];
  readonly views: readonly ViewScore[];
  /** The test episodes that configurations were chosen on, and the others, where the user tells them apart. */
  readonly parts: readonly { readonly name: string; readonly views: readonly ViewScore[] }[];
  readonly kinds: readonly KindSeverityRow[];
  readonly studies: readonly CallStudy[];
  readonly curve: readonly OperatingPoint[];
  /** Where other budgets were asked for. */
  readonly fusion?: FusionStudy;
  readonly ablation?: readonly AblationRow[];
}

/** The report as Markdown: tables with intervals, base rates and failures. */
export function reportMarkdown(report: EvaluationReport): string {
  return [
    '# Evaluation',
    '',
    `Applications: ${report.applications.join(', ')}. Budget: ${report.falseAlertsPerDay} false alerts a day and application.`,
    `Split by episode before any windowing: ${report.split.learn.length} learn, ${report.split.calibrate.length} calibrate, ${report.split.test.length} test; ${report.hours.toFixed(3)} hours of event time scored, ${report.messages} messages.`,
    'Thresholds come from benign data alone. Intervals are 95 %: Wilson for proportions, a bootstrap over episodes for F1.',
    '',
    ...requestMarkdown(report.requests),
    '## By attack action',
    '',
    'An action is detected when evidence lies within [start - 0.1 s, end + 1 s]; a false alert is a cluster of evidence (gaps of 5 s or less) that touches no action. Coincidence is the recall with every label 7 s later.',
    '',
    ...viewTable(report.views),
    '',
    ...report.parts.flatMap(({ name, views }) => [`${name}:`, '', ...viewTable(views), '']),
    '## Recall by kind and labelled severity, and which level saw it first',
    '',
    'Severity is the number of fields that the attack alters; 0 is a read. First is the level with the earliest evidence, by the time of what the evidence shows; a window of calls is scored when it closes, later than that.',
    '',
    ...kindSeverityTable(report.kinds),
    '',
    '## Severity',
    '',
    'Reported against labelled severity, of detected actions with a label of 1 to 6 (the scale counts altered fields, and does not rank reads). For a level or a detector it is that of the verdict nearest to the action, for incidents the last one published. An incident may be made of attacks of several severities, so each incident is also compared once, with the highest label among its actions. The baseline gives all of the same ones the commonest of their labels.',
    '',
    ...severityTables(report),
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
    '## Precision at other base rates (units are actions and benign 5-second spans)',
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
    ...report.studies.flatMap(callStudyMarkdown),
    ...(report.fusion === undefined ? [] : fusionMarkdown(report.fusion)),
    ...(report.ablation === undefined ? [] : ablationMarkdown(report.ablation)),
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
    ...(view?.kinds ?? []).map(({ path, kind, named }) => cells([`${path}/${kind}`, `${named.hits}/${named.of}`])),
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

function prevalenceTable({ views, hours }: EvaluationReport): string[] {
  const spans = (hours * 3600) / 5;
  const shown = views.filter(({ view }) => KIND_VIEWS.some((name) => name === view));
  const cell = ({ falseAlerts, recall }: ViewScore, prevalence: number): string => {
    const falseRate = spans > 0 ? (falseAlerts.amongAttacks + falseAlerts.inBenign) / spans : 0;
    return fixed(precisionAt(prevalence, recall.share, falseRate));
  };
  return [
    cells(['attacks among the units', ...shown.map(({ view }) => view)]),
    `|---:|${shown.map(() => '---:|').join('')}`,
    ...[0.55, 0.01, 0.001].map((prevalence) =>
      cells([`${+(prevalence * 100).toFixed(1)} %`, ...shown.map((view) => cell(view, prevalence))]),
    ),
  ];
}

function kindSeverityTable(rows: readonly KindSeverityRow[]): string[] {
  return [
    cells(['kind', 'severity', 'actions', ...KIND_VIEWS, 'first: sequence', 'first: frequency', 'first: log']),
    `|---|---:|---:|${KIND_VIEWS.map(() => '---:|').join('')}---:|---:|---:|`,
    ...rows.map(({ path, kind, severity, recall, first }) =>
      cells([
        `${path}/${kind}`,
        String(severity ?? '–'),
        String(recall.incidents.of),
        ...KIND_VIEWS.map((view) => interval(recall[view])),
        String(first.sequence),
        String(first.frequency),
        String(first.log),
      ]),
    ),
  ];
}

function severityTables(report: EvaluationReport): string[] {
  const parts = report.parts.length > 0 ? report.parts : [{ name: 'All test episodes', views: report.views }];
  return parts.flatMap(({ name, views }) => {
    const [incidents] = views;
    return [
      `${name}:`,
      '',
      cells(['view', 'compared', 'mean absolute error', 'exact', 'within one', 'baseline', 'its error', 'its exact']),
      '|---|---:|---:|---:|---:|---:|---:|---:|',
      ...(incidents ? [severityRow('each incident', incidents.incidentSeverity)] : []),
      ...views.map(({ view, severity }) => severityRow(`actions, ${view}`, severity)),
      '',
      ...(incidents
        ? [
            ...confusionTable('Each incident', incidents.incidentSeverity),
            ...confusionTable('Actions, by the severity of their incidents', incidents.severity),
          ]
        : []),
      ...views
        .filter(({ view }) => view === 'sql' || view === 'web')
        .flatMap(({ view, severity }) =>
          confusionTable(`Actions, by the severity that \`${view}\` gave them`, severity),
        ),
    ];
  });
}

function severityRow(name: string, { error, baseline }: SeverityScore): string {
  if (error.exact.of === 0) return cells([name, '0', '–', '–', '–', '–', '–', '–']);
  return cells([
    name,
    String(error.exact.of),
    `${error.mean.toFixed(2)} [${error.low.toFixed(2)}, ${error.high.toFixed(2)}]`,
    interval(error.exact),
    interval(error.withinOne),
    `always ${baseline.severity}`,
    `${baseline.mean.toFixed(2)} [${baseline.low.toFixed(2)}, ${baseline.high.toFixed(2)}]`,
    interval(baseline.exact),
  ]);
}

function confusionTable(title: string, { confusion }: SeverityScore): string[] {
  return [
    `${title}, labelled by row, reported by column:`,
    '',
    cells(['labelled', 'missed', '1', '2', '3', '4', '5', '6']),
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...confusion.map((counts, label) => cells([label === 0 ? '0 (a read)' : String(label), ...counts.map(String)])),
    '',
  ];
}
