import { kindsBelowBestLevel, type FusionStudy } from './fusion-study.js';
import type { Proportion } from './intervals.js';
import { cells, fixed, interval } from './markdown-cells.js';
import type { ViewScore } from './view-score.js';

/** The study as two sections of a report. */
export function fusionMarkdown(study: FusionStudy): string[] {
  const { falseAlertsPerDay, ways, budgets, benignHours } = study;
  const below = kindsBelowBestLevel(study);
  return [
    `## Ways to combine the levels, each with ${falseAlertsPerDay} false alerts a day and application to spend`,
    '',
    'A level alone spends the whole budget; with others it spends its share. Any level: one that fires is enough. All levels: each has evidence within 5 s. Means of spans: p-values of the levels in each span of 5 s, weak ones included, combined without assuming independence.',
    '',
    '| way | detected | recall | precision | F1 | false among attacks | false in benign |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...ways.map((way) =>
      cells([
        way.view,
        counted(way.recall),
        interval(way.recall),
        interval(way.precision),
        `${fixed(way.f1)} [${fixed(way.f1Low)}, ${fixed(way.f1High)}]`,
        String(way.falseAlerts.amongAttacks),
        String(way.falseAlerts.inBenign),
      ]),
    ),
    '',
    ...kindTable(ways),
    '',
    below.length === 0
      ? 'For every kind the incidents find at least what the best single level finds with the whole budget.'
      : `The incidents find less than the best single level does with the whole budget: ${below.join(', ')}.`,
    '',
    '## What a budget costs',
    '',
    `Incidents at other budgets, profiles unchanged. The benign test episodes last ${benignHours.toFixed(3)} hours: too short to see budgets under ${(24 / Math.max(benignHours, 1e-9)).toFixed(0)} a day kept or broken, so false alerts are counts and not rates, and recall is what these attacks leave.`,
    '',
    '| false alerts a day allowed | incidents | recall | false among attacks | false in benign | sequence | frequency | log |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...budgets.map(({ falseAlertsPerDay: budget, incidents: { recall, falseAlerts }, levels }) =>
      cells([
        String(budget),
        counted(recall),
        interval(recall),
        String(falseAlerts.amongAttacks),
        String(falseAlerts.inBenign),
        ...levels.map((level) => counted(level.recall)),
      ]),
    ),
    '',
  ];
}

function kindTable(ways: readonly ViewScore[]): string[] {
  return [
    cells(['kind', ...ways.map(({ view }) => view)]),
    `|---|${ways.map(() => '---:|').join('')}`,
    ...(ways[0]?.kinds ?? []).map(({ path, kind }, i) =>
      cells([`${path}/${kind}`, ...ways.map((way) => counted(way.kinds[i]!.recall))]),
    ),
  ];
}

function counted({ hits, of }: Proportion): string {
  return `${hits}/${of}`;
}
