import { useEffect, useRef } from 'react';

import type { Evidence } from '../api/client.js';
import { Untrusted, plain } from '../ui/untrusted.js';
import { Time } from '../ui/time.js';
import { evidenceName, laneOf, LANES, P_WORDS } from '../ui/words.js';
import { unusualParts } from './unusual.js';

/** What was seen, beside what is normal, in the order of event time. */
export function EvidenceList({
  evidence,
  current,
}: {
  readonly evidence: readonly Evidence[];
  readonly current: string | undefined;
}) {
  const currentLine = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current !== undefined) currentLine.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <ol>
      {evidence.map((one) => (
        <li
          key={one.uid}
          className="evidence"
          aria-current={one.uid === current}
          ref={one.uid === current ? currentLine : null}
        >
          <EvidenceLine evidence={one} />
        </li>
      ))}
    </ol>
  );
}

function EvidenceLine({ evidence: { name, data } }: { readonly evidence: Evidence }) {
  const lane = laneOf(data.detector);
  return (
    <>
      <div className="row small">
        <span className={`chip lane-${lane}`}>{LANES.find((one) => one.lane === lane)?.name}</span>
        <strong>{evidenceName(plain(name))}</strong>
        <span className="quiet">{plain(data.workload)}</span>
        <Time at={data.time} />
        <span className="quiet numeric" title={P_WORDS}>
          p {data.p_value.toPrecision(2)}
        </span>
      </div>
      <Compared data={data} />
    </>
  );
}

/** The observed, its unusual part marked, beside the normal. */
function Compared({ data: { observed, expected } }: Pick<Evidence, 'data'>) {
  return (
    <div className="compare">
      <div>
        <h3 className="quiet small">Observed</h3>
        <code dir="ltr">
          {unusualParts(plain(observed), plain(expected)).map(({ text, unusual }, index) =>
            unusual ? <mark key={index}>{text}</mark> : text,
          )}
        </code>
      </div>
      <div>
        <h3 className="quiet small">Normal for this workload</h3>
        <Untrusted text={expected} />
      </div>
    </div>
  );
}

/** The evidence that is least likely in benign use; of several, what people can read best: requests before calls. */
export function MostTelling({ evidence }: { readonly evidence: readonly Evidence[] }) {
  const rank = ({ data }: Evidence): number => LANES.findIndex(({ lane }) => lane === laneOf(data.detector));
  const [first] = [...evidence].sort((a, b) => a.data.p_value - b.data.p_value || rank(a) - rank(b));
  if (first === undefined) return null;
  return (
    <section className="stack" aria-labelledby="why">
      <h2 id="why">Why it is an incident</h2>
      <p className="small">
        <span className="quiet">Most telling of {evidence.length}:</span>{' '}
        <strong>{evidenceName(plain(first.name))}</strong> on {plain(first.data.workload)}
      </p>
      <Compared data={first.data} />
    </section>
  );
}
