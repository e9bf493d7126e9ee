import { printable } from '@plimsoll/contracts';

/** Charts as SVG: axes, labels, 95 % intervals; colours that the colour-blind tell apart (Okabe and Ito 2008). */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#555555', '#8c6d31'];

/** A value in [0, 1] with its interval; left out where nothing was measured. */
export interface ChartValue {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Series {
  readonly name: string;
  readonly values: readonly (ChartValue | undefined)[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** One label a place on the x axis. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
}

const WIDTH = 760;
const [PLAIN_HEIGHT, SLANTED_HEIGHT] = [368, 440];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 740, 62, 320];
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Bars side by side at each place, their intervals as whiskers. */
export function barChart(chart: Chart): string {
  const step = (RIGHT - LEFT) / chart.places.length;
  const width = (step * 0.8) / chart.series.length;
  const bars = chart.series.flatMap(({ values }, s) =>
    values.flatMap((value, p) => {
      if (value === undefined) return [];
      const x = LEFT + p * step + step * 0.1 + s * width;
      return [
        `<rect x="${at(x)}" y="${y(value.value)}" width="${at(width * 0.9)}" height="${at(BOTTOM - Number(y(value.value)))}" fill="${colour(s)}"/>`,
        whisker(x + width * 0.45, value),
      ];
    }),
  );
  return framed(chart, bars, (p) => LEFT + (p + 0.5) * step);
}

/** A line a series over the places, their intervals as whiskers. */
export function lineChart(chart: Chart): string {
  const step = (RIGHT - LEFT) / chart.places.length;
  const x = (p: number): number => LEFT + (p + 0.5) * step;
  const lines = chart.series.flatMap(({ values }, s) => {
    const points = values.flatMap((value, p) => (value === undefined ? [] : [{ x: x(p), value }]));
    return [
      `<polyline fill="none" stroke="${colour(s)}" stroke-width="2" points="${points.map((point) => `${at(point.x)},${y(point.value.value)}`).join(' ')}"/>`,
      ...points.map((point) => `<circle r="3" fill="${colour(s)}" cx="${at(point.x)}" cy="${y(point.value.value)}"/>`),
      ...points.map((point) => whisker(point.x + (s - chart.series.length / 2) * 2, point.value)),
    ];
  });
  return framed(chart, lines, x);
}

function framed(chart: Chart, marks: readonly string[], x: (place: number) => number): string {
  // Long names stand slanted and need the height.
  const slanted = chart.places.some((place) => place.length > 8);
  const height = slanted ? SLANTED_HEIGHT : PLAIN_HEIGHT;
  return picture(chart.title, WIDTH, height, [
    ...legend(chart.series.map(({ name }) => name)),
    ...TICKS.flatMap((tick) => [
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="${tick === 0 ? '#333' : '#ddd'}"/>`,
      `<text x="${LEFT - 6}" y="${at(Number(y(tick)) + 4)}" text-anchor="end">${tick.toFixed(1)}</text>`,
    ]),
    `<line x1="${LEFT}" x2="${LEFT}" y1="${TOP}" y2="${BOTTOM}" stroke="#333"/>`,
    ...marks,
    ...chart.places.map((place, p) =>
      slanted
        ? `<text transform="translate(${at(x(p))},${BOTTOM + 14}) rotate(-24)" text-anchor="end">${escaped(place)}</text>`
        : `<text x="${at(x(p))}" y="${BOTTOM + 16}" text-anchor="middle">${escaped(place)}</text>`,
    ),
    `<text x="${RIGHT}" y="${slanted ? height - 8 : BOTTOM + 36}" text-anchor="end">${escaped(chart.xLabel)}</text>`,
    `<text transform="translate(16,${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.yLabel)}</text>`,
  ]);
}

export function legend(names: readonly string[]): string[] {
  const column = Math.max(96, (WIDTH - 20) / Math.max(1, Math.min(names.length, 4)));
  return names.map((name, i) => {
    const [left, top] = [10 + (i % 4) * column, 24 + Math.floor(i / 4) * 14];
    return `<rect x="${at(left)}" y="${top}" width="8" height="8" fill="${colour(i)}"/><text x="${at(left + 12)}" y="${top + 8}">${escaped(name)}</text>`;
  });
}

export function picture(title: string, width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/><text x="10" y="14" font-size="13">${escaped(title)}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Names come from recordings that others wrote; XML allows no control characters, however they are escaped. */
export function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function whisker(x: number, { low, high }: ChartValue): string {
  return `<line x1="${at(x)}" x2="${at(x)}" y1="${y(low)}" y2="${y(high)}" stroke="#222" stroke-width="0.8"/>`;
}

function y(value: number): string {
  return at(BOTTOM - value * (BOTTOM - TOP));
}

function at(value: number): string {
  return value.toFixed(1);
}

function colour(i: number): string {
  return COLOURS[i % COLOURS.length]!;
}
