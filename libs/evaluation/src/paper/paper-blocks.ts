import { barChart, lineChart, type ChartValue } from '../charts.js';
import type { Block } from '../document/blocks.js';
import { fixed, interval } from '../markdown-cells.js';
import type { Proportion } from '../intervals.js';
import { PUBLISHED_RESULTS } from './choices.js';
import { FIELDS } from './field-table.js';
import type { HonestChanges } from './honest-changes.js';
import type { PaperApplication, PaperReport, VariantScore } from './paper-study.js';
import type { Spread } from './seed-table.js';
import type { Estimate, WindowScore } from './window-table.js';

const OURS = ['fused', 'sequence', 'frequency', 'log', 'process'];

/** The report as a page: the paper's tables and figures, re-made, with what it does not give beside them. */
export function paperBlocks(report: PaperReport): Block[] {
  const names = report.applications.map(({ application }) => application).join(', ');
  return [
    { kind: 'heading', level: 1, text: "The paper's experiment, repeated" },
    {
      kind: 'text',
      text:
        `Applications: ${names}. Seed ${report.seed}; ${report.falseAlertsPerDay} false alerts a day and application allowed, thresholds from benign data alone. ` +
        `Split by episode before any windowing: ${report.split.learn.length} learn, ${report.split.calibrate.length} calibrate, ${report.split.test.length} test. ` +
        (report.development.length > 0
          ? `Development episodes, which chose a key group and stand in no table here: ${report.development.join(', ')}. `
          : 'No development episode was named, so no key group is chosen from attacks. ') +
        'Intervals are 95 %: Wilson for proportions (windows of one episode depend on each other, so these are narrow), a bootstrap over episodes for F1; at other shares of attacks, the ends of the intervals of recall and false windows.',
    },
    ...report.applications.flatMap((application) => applicationBlocks(application, report)),
  ];
}

function applicationBlocks(application: PaperApplication, report: PaperReport): Block[] {
  const { episodes } = application;
  return [
    { kind: 'heading', level: 2, text: application.application },
    {
      kind: 'text',
      text: `${episodes.learn} learn, ${episodes.calibrate} calibrate episodes; scored: ${episodes.benign} benign, ${episodes.attack} with attacks.`,
    },
    ...resultBlocks(application, report),
    ...requestBlocks(application),
    ...prevalenceBlocks(application, report),
    ...lengthBlocks(application, report),
    ...pathBlocks(application),
    ...latencyBlocks(application),
    ...seedBlocks(application, report),
    ...fieldBlocks(application),
    ...(application.calls ? callBlocks(application.application, application.calls) : []),
  ];
}

function resultBlocks({ application, windows }: PaperApplication, { choices }: PaperReport): Block[] {
  const [paperPrevalence] = choices.prevalences;
  const counted = windows.filter(({ seconds }) => seconds === choices.countedSeconds);
  return [
    { kind: 'heading', level: 3, text: "By window, as the paper counts, against the paper's figures" },
    {
      kind: 'text',
      text:
        `Windows of ${choices.countedSeconds} s; one is an attack where it overlaps a labelled request, flagged where something in it was named. ` +
        `The last two columns are the same detector where ${percent(paperPrevalence)} of the windows are attacks, which the paper's precision, recall and accuracy together imply; its splits and window length are not given.`,
    },
    {
      kind: 'table',
      head: [
        'detector',
        'windows',
        'attacks',
        'precision',
        'recall',
        'accuracy',
        'F1',
        `accuracy at ${percent(paperPrevalence)}`,
        `F1 at ${percent(paperPrevalence)}`,
      ],
      rows: [
        ...PUBLISHED_RESULTS.map(({ name, precision, recall, accuracy, f1 }) => [
          name,
          '–',
          '–',
          fixed(precision),
          fixed(recall),
          accuracy === undefined ? '–' : fixed(accuracy),
          fixed(f1),
          '–',
          '–',
        ]),
        ...counted.map((score) => [
          score.view,
          String(countOf(score)),
          percent(score.prevalence),
          interval(score.precision),
          interval(score.recall),
          interval(score.accuracy),
          estimate(score.f1),
          estimate(score.at[0]?.accuracy),
          estimate(score.at[0]?.f1),
        ]),
      ],
    },
    {
      kind: 'figure',
      name: `${application}-metrics`,
      caption: `Precision, recall and F1 at ${percent(paperPrevalence)} attacks, by window, beside the published figures.`,
      svg: barChart({
        title: `${application}: metrics at ${percent(paperPrevalence)} attacks, windows of ${choices.countedSeconds} s`,
        xLabel: 'detector',
        yLabel: 'share',
        places: [...PUBLISHED_RESULTS.map(({ name }) => name.split(',')[0]!), ...counted.map(({ view }) => view)],
        series: [
          metricSeries(
            'precision',
            (score) => score.at[0]?.precision,
            PUBLISHED_RESULTS.map(({ precision }) => precision),
            counted,
          ),
          metricSeries(
            'recall',
            ({ recall }) => valueOf(recall),
            PUBLISHED_RESULTS.map(({ recall }) => recall),
            counted,
          ),
          metricSeries(
            'F1',
            (score) => score.at[0]?.f1,
            PUBLISHED_RESULTS.map(({ f1 }) => f1),
            counted,
          ),
        ],
      }),
    },
  ];
}

function metricSeries(
  name: string,
  of: (score: WindowScore) => ChartValue | undefined,
  published: readonly number[],
  scores: readonly WindowScore[],
): { name: string; values: (ChartValue | undefined)[] } {
  return { name, values: [...published.map((value) => ({ value, low: value, high: value })), ...scores.map(of)] };
}

function requestBlocks({ requests }: PaperApplication): Block[] {
  return [
    { kind: 'heading', level: 3, text: 'By request, as this project counts' },
    {
      kind: 'text',
      text: 'A labelled request is detected by an event inside it (50 ms of slack) or a window of calls that ends within a second of it; every other event or window is false, but for the echo of an attack. Coincidence is the recall with every label 7 s later.',
    },
    {
      kind: 'table',
      head: ['detector', 'detected', 'recall', 'precision', 'F1', 'path named', 'false events', 'coincidence'],
      rows: requests.map((score) => [
        score.view,
        `${score.recall.hits}/${score.recall.of}`,
        interval(score.recall),
        interval(score.precision),
        estimate({ value: score.f1, low: score.f1Low, high: score.f1High }),
        interval(score.named),
        String(score.falseEvents),
        fixed(score.coincidence.share),
      ]),
    },
  ];
}

function prevalenceBlocks({ windows }: PaperApplication, { choices }: PaperReport): Block[] {
  const counted = windows.filter(({ seconds }) => seconds === choices.countedSeconds);
  return [
    { kind: 'heading', level: 3, text: 'Precision at other shares of attacks' },
    {
      kind: 'table',
      head: ['detector', 'false windows', ...choices.prevalences.map(percent)],
      rows: counted.map((score) => [
        score.view,
        `${score.counts.falsePositives}/${score.counts.falsePositives + score.counts.trueNegatives}`,
        ...score.at.map(({ precision }) => estimate(precision)),
      ]),
    },
  ];
}

function lengthBlocks({ application, windows }: PaperApplication, { choices }: PaperReport): Block[] {
  const of = (view: string): (WindowScore | undefined)[] =>
    choices.windowSeconds.map((seconds) => windows.find((score) => score.view === view && score.seconds === seconds));
  const views = [...new Set(windows.map(({ view }) => view))];
  return [
    {
      kind: 'heading',
      level: 3,
      text: 'Counting windows of several lengths (F1 as recorded; attacks among the windows)',
    },
    {
      kind: 'table',
      head: ['detector', ...choices.windowSeconds.map((seconds) => `${seconds} s`)],
      rows: views.map((view) => [
        view,
        ...of(view).map((score) => (score ? `${estimate(score.f1)} (${percent(score.prevalence)})` : '–')),
      ]),
    },
    {
      kind: 'figure',
      name: `${application}-lengths`,
      caption: 'The longer the counted window, the more of them hold an attack, and the better every detector looks.',
      svg: lineChart({
        title: `${application}: F1 by length of the counted window`,
        xLabel: 'window, seconds',
        yLabel: 'F1',
        places: choices.windowSeconds.map(String),
        series: [...OURS.slice(0, 4), 'always alert'].map((name) => ({
          name,
          values: of(name).map((score) => score?.f1),
        })),
      }),
    },
  ];
}

function pathBlocks({ paths }: PaperApplication): Block[] {
  return [
    { kind: 'heading', level: 3, text: 'Attack path by level, and which level could say so first' },
    {
      kind: 'table',
      head: ['path', 'requests', ...OURS, ...OURS.slice(1).map((level) => `first: ${level}`)],
      rows: paths.map(({ path, recall, first }) => [
        path,
        String(recall.fused?.of ?? 0),
        ...OURS.map((view) => (recall[view] ? interval(recall[view]) : '–')),
        ...OURS.slice(1).map((level) => String(first[level] ?? 0)),
      ]),
    },
  ];
}

function latencyBlocks({ latency }: PaperApplication): Block[] {
  return [
    { kind: 'heading', level: 3, text: 'From a request to a verdict' },
    {
      kind: 'text',
      text: "Seconds of event time from the begin of a labelled request to the end of what its first verdict scored: a request or statement that is over, a window of calls that is full. What computing takes is not in it. A window of calls that had ended when the request began detects it by the rule's second of slack, and tells nothing of it.",
    },
    {
      kind: 'table',
      head: ['level', 'detected', 'by windows that ended before', 'median', '90 %', 'longest'],
      rows: latency.map(({ view, detected, before, seconds }) => [
        view,
        String(detected),
        String(before),
        ...(seconds ? [seconds.median, seconds.ninetieth, seconds.longest].map(fixed) : ['–', '–', '–']),
      ]),
    },
  ];
}

function seedBlocks({ seeds }: PaperApplication, { choices }: PaperReport): Block[] {
  if (seeds.length === 0) return [];
  return [
    { kind: 'heading', level: 3, text: `Over ${seeds[0]!.seeds} seeds` },
    {
      kind: 'text',
      text: 'Each seed draws anew which benign episodes learn, calibrate and are scored, as many of each as above, and the random key group; episodes with attacks are always scored. Detectors have no seed of their own. Mean ± standard deviation (least to most); seeds share episodes, so this is no interval.',
    },
    {
      kind: 'table',
      head: [
        'detector',
        `F1 at ${percent(choices.prevalences[0])}, by window`,
        'false windows, share',
        'recall by request',
        'false events',
      ],
      rows: seeds.map(({ view, f1, falseWindows, recall, falseEvents }) => [
        view,
        spread(f1),
        spread(falseWindows),
        spread(recall),
        spread(falseEvents),
      ]),
    },
  ];
}

function spread({ mean, deviation, least, most }: Spread): string {
  return `${fixed(mean)} ± ${fixed(deviation)} (${fixed(least)} to ${fixed(most)})`;
}

function fieldBlocks({ application, fields }: PaperApplication): Block[] {
  const views = [...new Set(fields.map(({ view }) => view))];
  const scores = (view: string) =>
    FIELDS.map((count) => fields.find((score) => score.view === view && score.fields === count)!);
  const shown = scores('frequency');
  return [
    { kind: 'heading', level: 3, text: 'By impacted fields' },
    {
      kind: 'table',
      head: ['recall by request', ...FIELDS.map(String)],
      rows: views.map((view) => [view, ...scores(view).map(({ recall }) => interval(recall))]),
    },
    {
      kind: 'text',
      text: 'The frequency detector by window, over the benign episodes and those whose attacks all alter that many fields:',
    },
    {
      kind: 'table',
      head: ['fields', 'precision', 'recall', 'accuracy', 'F1'],
      rows: shown.map(({ fields: count, windows }) =>
        windows
          ? [
              String(count),
              interval(windows.precision),
              interval(windows.recall),
              interval(windows.accuracy),
              estimate(windows.f1),
            ]
          : [String(count), '–', '–', '–', '–'],
      ),
    },
    {
      kind: 'figure',
      name: `${application}-fields`,
      caption: 'Recall by request, by the number of fields that the attack alters.',
      svg: barChart({
        title: `${application}: recall by impacted fields`,
        xLabel: 'fields altered',
        yLabel: 'recall',
        places: FIELDS.map(String),
        series: OURS.slice(0, 4).map((view) => ({
          name: view,
          values: scores(view).map(({ recall }) => (recall.of === 0 ? undefined : valueOf(recall))),
        })),
      }),
    },
  ];
}

function callBlocks(application: string, calls: NonNullable<PaperApplication['calls']>): Block[] {
  const bags = calls.bagSizes.slice(0, -1);
  const sets = FIELDS.map((count) => calls.sets.filter(({ score }) => score.fields === count)).filter(
    (own) => own.length > 0,
  );
  return [
    { kind: 'heading', level: 3, text: 'Sequence, by bag size' },
    variantTable(calls.bagSizes),
    {
      kind: 'figure',
      name: `${application}-bags`,
      caption: 'The sequence detector by bag size, by window.',
      svg: lineChart({
        title: `${application}: sequence by bag size, windows of ${bags[0]?.windows.seconds ?? 0} s`,
        xLabel: 'bag size',
        yLabel: 'share',
        places: bags.map((_, i) => String(i + 1)),
        series: [
          { name: 'precision', values: bags.map(({ windows }) => valueOf(windows.precision)) },
          { name: 'recall', values: bags.map(({ windows }) => valueOf(windows.recall)) },
          { name: 'F1', values: bags.map(({ windows }) => windows.f1) },
        ],
      }),
    },
    { kind: 'heading', level: 3, text: 'Key groups: all calls, chosen in three ways, random' },
    variantTable(calls.keyGroups),
    {
      kind: 'list',
      items: calls.groups.map(({ name, workload, calls: names }) => `${name}, ${workload}: \`${names.join(' ')}\``),
    },
    { kind: 'heading', level: 3, text: "Frequency on the paper's sets S1 … S17" },
    {
      kind: 'text',
      text: "For attacks that alter as many fields as the table's row; names as the kernel has them, so that some sets are equal (S11 to S14 of one field). Recall by request, then F1 by window.",
    },
    {
      kind: 'table',
      head: ['fields', ...Array.from({ length: 17 }, (_, i) => `S${i + 1}`)],
      rows: sets.map((own) => [
        String(own[0]!.score.fields),
        ...own.map(
          ({ score }) => `${fixed(score.recall.share)} / ${score.windows ? fixed(score.windows.f1.value) : '–'}`,
        ),
      ]),
    },
    {
      kind: 'table',
      head: ['fields, with intervals', 'all of S17: recall', 'all of S17: F1 by window'],
      rows: sets.map((own) => {
        const last = own.at(-1)!.score;
        return [String(last.fields), interval(last.recall), estimate(last.windows?.f1)];
      }),
    },
    {
      kind: 'figure',
      name: `${application}-sets`,
      caption: 'Recall by request of the frequency detector on S1 … S17.',
      svg: lineChart({
        title: `${application}: frequency on S1 … S17, recall by request`,
        xLabel: 'set',
        yLabel: 'recall',
        places: Array.from({ length: 17 }, (_, i) => `S${i + 1}`),
        series: sets.map((own) => ({
          name: `${own[0]!.score.fields} field(s)`,
          values: own.map(({ score }) => valueOf(score.recall)),
        })),
      }),
    },
    { kind: 'heading', level: 3, text: "Frequency, by the detector's own window" },
    variantTable(calls.frequencyWindows),
    ...honestBlocks(calls.honest),
    {
      kind: 'text',
      text: "Statements by the calls that the database's thread made while it served them (without those of waiting). Same calls: some learned benign statement of the verb made them in that order. Longer, more calls: the probability that such a statement exceeds a benign one (0.5 is no difference).",
    },
    {
      kind: 'table',
      head: ['statements', 'verb', 'number', 'same calls', 'same counts', 'longer', 'more calls'],
      rows: calls.statements.map(({ kind, verb, sameCalls, sameCounts, longer, moreCalls }) => [
        kind,
        verb,
        String(sameCalls.of),
        interval(sameCalls),
        interval(sameCounts),
        fixed(longer),
        fixed(moreCalls),
      ]),
    },
  ];
}

function honestBlocks({ application, points, statements, changes, injected }: HonestChanges): Block[] {
  return [
    { kind: 'heading', level: 3, text: 'When names, order and counts of calls tell an injected UPDATE' },
    {
      kind: 'text',
      text: `Learned: ${statements} honest statements, ${changes} of them changes (INSERT, UPDATE, DELETE, REPLACE); ${injected} injected UPDATEs. Of the honest changes some are kept, drawn 200 times. Told: no learned statement made the same calls. What telling costs is the share of later honest changes of which the same holds.`,
    },
    {
      kind: 'table',
      head: ['honest changes learned', 'injected told, by order', 'injected told, by counts', 'honest told, falsely'],
      rows: points.map(({ learned, told, toldByCounts, falselyTold }) => [
        String(learned),
        estimate(told),
        estimate(toldByCounts),
        estimate(falselyTold),
      ]),
    },
    {
      kind: 'figure',
      name: `${application}-honest-changes`,
      caption: 'With no honest change learned, calls tell every UPDATE, honest ones too; with a few, they tell none.',
      svg: lineChart({
        title: `${application}: what calls tell of an UPDATE, by the honest changes learned`,
        xLabel: 'honest changes learned',
        yLabel: 'share told',
        places: points.map(({ learned }) => String(learned)),
        series: [
          { name: 'injected, by order', values: points.map(({ told }) => told) },
          { name: 'injected, by counts', values: points.map(({ toldByCounts }) => toldByCounts) },
          { name: 'honest, falsely', values: points.map(({ falselyTold }) => falselyTold) },
        ],
      }),
    },
  ];
}

function variantTable(rows: readonly VariantScore[]): Block {
  return {
    kind: 'table',
    head: [
      'variant',
      'precision',
      'recall',
      'accuracy',
      'F1',
      'F1 at 55 %',
      'requests detected',
      'false events',
      'coincidence',
    ],
    rows: rows.map(({ windows, requests }) => [
      windows.view,
      interval(windows.precision),
      interval(windows.recall),
      interval(windows.accuracy),
      estimate(windows.f1),
      estimate(windows.at[0]?.f1),
      `${requests.recall.hits}/${requests.recall.of} ${interval(requests.recall)}`,
      String(requests.falseEvents),
      fixed(requests.coincidence.share),
    ]),
  };
}

function countOf({ counts }: WindowScore): number {
  return counts.truePositives + counts.falsePositives + counts.falseNegatives + counts.trueNegatives;
}

function estimate(given: Estimate | undefined): string {
  return given === undefined ? '–' : `${fixed(given.value)} [${fixed(given.low)}, ${fixed(given.high)}]`;
}

function valueOf({ share, low, high }: Proportion): ChartValue {
  return { value: share, low, high };
}

function percent(share: number): string {
  return `${+(share * 100).toFixed(1)} %`;
}
