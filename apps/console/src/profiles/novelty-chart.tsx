const WIDTH = 320;
const HEIGHT = 96;
const LEFT = 44;
const PAD = 8;
/** Novelty below is drawn as this: what has converged lies some way above. */
const LEAST = 1e-4;
const GRID = [1, 0.1, 0.01, 0.001] as const;

/** How novelty went, on a logarithmic axis: what falls steadily converges. */
export function NoveltyChart({
  points,
  label,
}: {
  readonly points: readonly { readonly x: number; readonly novelty: number }[];
  readonly label: string;
}) {
  const [first, last] = [points[0]!, points.at(-1)!];
  const span = Math.max(last.x - first.x, 1);
  const x = (value: number): number => LEFT + ((value - first.x) / span) * (WIDTH - LEFT - PAD);
  const y = (novelty: number): number =>
    PAD + (Math.log10(Math.max(novelty, LEAST)) / Math.log10(LEAST)) * (HEIGHT - 2 * PAD);
  return (
    <svg
      className="novelty"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${label}: from ${first.novelty.toFixed(4)} to ${last.novelty.toFixed(4)}`}
    >
      {GRID.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={WIDTH - PAD} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      <polyline points={points.map((point) => `${x(point.x)},${y(point.novelty)}`).join(' ')} />
      <circle cx={x(last.x)} cy={y(last.novelty)} r="3.5" />
    </svg>
  );
}
