import { useQuery } from '@tanstack/react-query';
import { useId, useState, type KeyboardEvent } from 'react';

import { totals, type QueueFilter } from '../api/queries.js';
import { timeText } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { PATH_NAMES, PATHS } from '../ui/words.js';

const HEIGHT = 40;
const BAR = 8;
/** How far keys move among the bars. */
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
/** Workloads that are offered, those with most incidents. */
const MOST = 6;

/** What the filter finds, grouped by path and workload and over time; a press on a group goes into it. */
export function Totals({
  filter,
  onChange,
}: {
  readonly filter: QueueFilter;
  readonly onChange: (change: Partial<QueueFilter>) => void;
}) {
  const { data } = useQuery(totals(filter));
  if (data === undefined || data.incidents === 0) return <div className="totals" aria-hidden="true" />;
  const workloads = Object.entries(data.workload).slice(0, MOST);
  return (
    <section className="totals" aria-label="Totals">
      <p className="numeric">
        <strong>
          {data.incidents.toLocaleString()}
          {data.truncated ? '+' : ''}
        </strong>{' '}
        {data.incidents === 1 ? 'incident' : 'incidents'}
      </p>
      <div className="row">
        {PATHS.filter((path) => (data.path[path] ?? 0) > 0 && filter.path !== path).map((path) => (
          <button
            key={path}
            type="button"
            className="chip"
            onClick={() => {
              onChange({ path });
            }}
          >
            {PATH_NAMES[path]} <span className="numeric">{data.path[path]}</span>
          </button>
        ))}
        {workloads
          .filter(([workload]) => filter.workload !== workload)
          .map(([workload, count]) => (
            <button
              key={workload}
              type="button"
              className="chip"
              onClick={() => {
                onChange({ workload });
              }}
            >
              on {plain(workload)} <span className="numeric">{count}</span>
            </button>
          ))}
      </div>
      <OverTime bins={data.over_time} widthMs={data.width_ms} onChange={onChange} />
    </section>
  );
}

/**
 * Incidents by when they were last seen; a press on a bar shows those of its time. One stop of the Tab key: the arrows
 * move among the bars.
 */
function OverTime({
  bins,
  widthMs,
  onChange,
}: {
  readonly bins: readonly { readonly at: string; readonly incidents: number }[];
  readonly widthMs: number;
  readonly onChange: (change: Partial<QueueFilter>) => void;
}) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  if (bins.length < 2) return null;
  const most = Math.max(...bins.map(({ incidents }) => incidents));
  const bars = bins.flatMap(({ at, incidents }, i) => (incidents === 0 ? [] : [{ at, incidents, i }]));
  const current = Math.min(chosen, bars.length - 1);
  const show = (at: string): void => {
    onChange({ from: at, to: new Date(Date.parse(at) + widthMs).toISOString() });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step !== undefined) setChosen(Math.max(0, Math.min(bars.length - 1, current + step)));
    else if (event.key === 'Enter' || event.key === ' ') show(bars[current]!.at);
    else return;
    event.preventDefault();
  };
  return (
    <svg
      className="over-time"
      width={bins.length * BAR}
      height={HEIGHT}
      role="listbox"
      tabIndex={0}
      aria-label={`Over time, ${timeText(bins[0]!.at)} to ${timeText(bins.at(-1)!.at)}`}
      aria-activedescendant={`${id}-${current}`}
      onKeyDown={onKeyDown}
    >
      {bars.map(({ at, incidents, i }, index) => {
        const height = Math.max(3, (incidents / most) * HEIGHT);
        const label = `${timeText(at)}: ${incidents}`;
        return (
          <rect
            key={at}
            id={`${id}-${index}`}
            role="option"
            aria-label={label}
            aria-selected={index === current}
            x={i * BAR}
            width={BAR - 1}
            y={HEIGHT - height}
            height={height}
            onClick={() => {
              show(at);
            }}
          >
            <title>{label}</title>
          </rect>
        );
      })}
    </svg>
  );
}
