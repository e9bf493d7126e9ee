import { COLOURS, escaped, legend, picture } from './charts.js';
import type { EvaluationReport } from './report.js';

const WIDTH = 720;
const LEFT = 220;
const ROW = 22;

/** Recall by kind and view as an SVG picture: a bar each, its 95 % interval as a line. */
export function recallPlot({ views }: EvaluationReport): string {
  const kinds = views[0]?.kinds ?? [];
  const bar = Math.max(3, Math.floor((ROW * 2) / Math.max(1, views.length)));
  const rowHeight = bar * views.length + 10;
  const x = (share: number): number => LEFT + share * (WIDTH - LEFT - 40);
  const bars = kinds.flatMap(({ path, kind }, k) => [
    `<text x="${LEFT - 8}" y="${68 + k * rowHeight + rowHeight / 2}" text-anchor="end">${escaped(`${path}/${kind}`)}</text>`,
    ...views.map((view, v) => {
      const { share, low, high } = view.kinds[k]!.recall;
      const y = 60 + k * rowHeight + v * bar;
      const middle = y + bar / 2;
      return (
        `<rect x="${x(0)}" y="${y}" width="${x(share) - x(0)}" height="${bar - 1}" fill="${COLOURS[v % COLOURS.length]!}"/>` +
        `<line x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" stroke="#000" stroke-width="0.7"/>`
      );
    }),
  ]);
  return picture('Recall by kind of attack, with 95 % intervals', WIDTH, 84 + kinds.length * rowHeight, [
    ...legend(views.map(({ view }) => view)),
    ...bars,
  ]);
}

/** Recall against false alerts an hour as the threshold on the p-value falls. */
export function curvePlot({ curve }: EvaluationReport): string {
  const most = Math.max(1, ...curve.map((point) => point.falseAlertsPerHour));
  const at = (point: EvaluationReport['curve'][number]): string =>
    `${60 + (point.falseAlertsPerHour / most) * (WIDTH - 120)},${320 - point.recall * 260}`;
  return picture('Recall against false alerts an hour (all verdicts)', WIDTH, 360, [
    '<line x1="60" y1="320" x2="660" y2="320" stroke="#999"/><line x1="60" y1="60" x2="60" y2="320" stroke="#999"/>',
    `<polyline fill="none" stroke="${COLOURS[0]!}" stroke-width="2" points="${curve.map(at).join(' ')}"/>`,
    ...curve.map((point) => `<circle r="3" fill="${COLOURS[2]!}" cx="${at(point).replace(',', '" cy="')}"/>`),
    '<text x="50" y="64" text-anchor="end">1</text><text x="50" y="324" text-anchor="end">0</text>',
    `<text x="660" y="340" text-anchor="end">${most.toFixed(0)} an hour</text>`,
  ]);
}
