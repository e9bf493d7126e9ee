import type { KeyboardEvent } from 'react';

import type { Evidence } from '../api/client.js';
import { plain } from '../ui/untrusted.js';
import { laneOf, LANES } from '../ui/words.js';

const WIDTH = 900;
const LEFT = 130;
const RIGHT = 20;
const LANE_HEIGHT = 34;
const TOP = 10;
const TICKS = 5;
/** Narrowest span that is drawn, so that one moment has a width. */
const LEAST_SPAN_US = 1_000_000;

/** Every level on one axis of event time: what was seen where, and in which order. */
export function TimeAxis({
  evidence,
  current,
  onSelect,
}: {
  readonly evidence: readonly Evidence[];
  readonly current: string | undefined;
  readonly onSelect: (uid: string) => void;
}) {
  const times = evidence.map(({ data }) => data.time_us);
  const first = Math.min(...times);
  const span = Math.max(Math.max(...times) - first, LEAST_SPAN_US);
  const x = (timeUs: number): number => LEFT + ((timeUs - first) / span) * (WIDTH - LEFT - RIGHT);
  const height = TOP + LANES.length * LANE_HEIGHT + 24;
  return (
    <svg className="axis" viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-label="Evidence by level, in event time">
      {Array.from({ length: TICKS }, (_, tick) => {
        const timeUs = first + (span * tick) / (TICKS - 1);
        return (
          <g key={tick}>
            <line className="grid" x1={x(timeUs)} x2={x(timeUs)} y1={TOP} y2={height - 20} />
            <text
              x={x(timeUs)}
              y={height - 6}
              textAnchor={tick === 0 ? 'start' : tick === TICKS - 1 ? 'end' : 'middle'}
            >
              {tick === 0 ? clock(timeUs) : `+${seconds(timeUs - first)}`}
            </text>
          </g>
        );
      })}
      {LANES.map(({ lane, name }, index) => {
        const y = TOP + (index + 0.5) * LANE_HEIGHT;
        const own = evidence.filter(({ data }) => laneOf(data.detector) === lane);
        return (
          <g key={lane} className={`lane-${lane}`}>
            <text className="lane-name" x="0" y={y + 4}>
              {name}
            </text>
            <line className="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y} y2={y} />
            {own.map((one) => (
              <g
                key={one.uid}
                className="mark"
                role="button"
                tabIndex={0}
                aria-label={`${name}, +${seconds(one.data.time_us - first)}: ${plain(one.data.observed).slice(0, 200)}`}
                aria-current={one.uid === current}
                onClick={() => {
                  onSelect(one.uid);
                }}
                onKeyDown={(event: KeyboardEvent) => {
                  if (event.key !== 'Enter' && event.key !== ' ') return;
                  event.preventDefault();
                  onSelect(one.uid);
                }}
              >
                <circle cx={x(one.data.time_us)} cy={y} r="12" fill="transparent" />
                <circle cx={x(one.data.time_us)} cy={y} r={radius(one.data.p_value)} fill="currentColor" />
              </g>
            ))}
          </g>
        );
      })}
    </svg>
  );
}

/** The less likely in benign use, the larger. */
function radius(pValue: number): number {
  return 4 + Math.min(6, -Math.log10(Math.max(pValue, 1e-12)) / 2);
}

function seconds(us: number): string {
  return us < 10_000_000 ? `${(us / 1e6).toFixed(us < 1_000_000 ? 3 : 1)} s` : `${Math.round(us / 1e6)} s`;
}

function clock(timeUs: number): string {
  return new Date(timeUs / 1_000).toLocaleTimeString();
}
