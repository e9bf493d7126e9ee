import type { EvaluationReport } from './report.js';

const WIDTH = 720;
const LEFT = 220;
const ROW = 22;
const COLOURS = ['#1b4965', '#5fa8d3', '#c2703d', '#7a9e4f', '#8a6fb0', '#b0556f', '#555555'];

/** Recall by kind and view as an SVG picture: a bar each, its 95 % interval as a line. */
export function recallPlot({ views }: EvaluationReport): string {
  const kinds = views[0]?.kinds ?? [];
  const bar = Math.max(3, Math.floor((ROW * 2) / Math.max(1, views.length)));
  const rowHeight = bar * views.length + 10;
  const x = (share: number): number => LEFT + share * (WIDTH - LEFT - 40);
  const bars = kinds.flatMap(({ path, kind }, k) => [
    `<text x="${LEFT - 8}" y="${40 + k * rowHeight + rowHeight / 2}" text-anchor="end">${escaped(`${path}/${kind}`)}</text>`,
    ...views.map((view, v) => {
      const { share, low, high } = view.kinds[k]!.recall;
      const y = 32 + k * rowHeight + v * bar;
      const middle = y + bar / 2;
      return (
        `<rect x="${x(0)}" y="${y}" width="${x(share) - x(0)}" height="${bar - 1}" fill="${COLOURS[v % COLOURS.length]!}"/>` +
        `<line x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" stroke="#000" stroke-width="0.7"/>`
      );
    }),
  ]);
  return picture('Recall by kind of attack, with 95 % intervals', 60 + kinds.length * rowHeight, [
    ...legend(views),
    ...bars,
  ]);
}

/** Recall against false alerts an hour as the threshold on the p-value falls. */
export function curvePlot({ curve }: EvaluationReport): string {
  const most = Math.max(1, ...curve.map((point) => point.falseAlertsPerHour));
  const at = (point: EvaluationReport['curve'][number]): string =>
    `${60 + (point.falseAlertsPerHour / most) * (WIDTH - 120)},${320 - point.recall * 260}`;
  return picture('Recall against false alerts an hour (all verdicts)', 360, [
    '<line x1="60" y1="320" x2="660" y2="320" stroke="#999"/><line x1="60" y1="60" x2="60" y2="320" stroke="#999"/>',
    `<polyline fill="none" stroke="${COLOURS[0]!}" stroke-width="2" points="${curve.map(at).join(' ')}"/>`,
    ...curve.map((point) => `<circle r="3" fill="${COLOURS[2]!}" cx="${at(point).replace(',', '" cy="')}"/>`),
    '<text x="50" y="64" text-anchor="end">1</text><text x="50" y="324" text-anchor="end">0</text>',
    `<text x="660" y="340" text-anchor="end">${most.toFixed(0)} an hour</text>`,
  ]);
}

function legend(views: EvaluationReport['views']): string[] {
  return views.map(
    ({ view }, i) =>
      `<rect x="${10 + i * 96}" y="22" width="8" height="8" fill="${COLOURS[i % COLOURS.length]!}"/><text x="${22 + i * 96}" y="30">${escaped(view)}</text>`,
  );
}

function picture(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/><text x="10" y="14" font-size="13">${title}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Names come from recordings that others wrote. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
