import './incident.css';

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import type { Incident } from '../api/client.js';
import { holder, incident as incidentQuery } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { IncidentLinks } from '../ui/incident-links.js';
import { Severity } from '../ui/severity.js';
import { Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { plain } from '../ui/untrusted.js';
import { PATH_NAMES } from '../ui/words.js';
import { Decide } from './decide.js';
import { EvidenceList, MostTelling } from './evidence-list.js';
import { Classification, IdentityChain, Levels, Request } from './facts.js';
import { NextSteps } from './next-steps.js';
import { Suppress } from './suppress.js';
import { TimeAxis } from './time-axis.js';

/** One incident: what happened, why it is said, who, and what to do about it. */
export function IncidentPage() {
  const { id } = useParams({ from: '/shell/incidents/$id' });
  const { data, error, isPending } = useQuery(incidentQuery(id));
  if (isPending) return <Loading what="the incident" />;
  if (data === undefined) return <Failed error={error} />;
  return <IncidentView incident={data} />;
}

function IncidentView({ incident }: { readonly incident: Incident }) {
  const { data: me } = useQuery(holder);
  const [current, setCurrent] = useState<string>();
  const allowed = me !== undefined && me.role !== 'viewer';
  return (
    <article className="stack">
      <header className="stack">
        <p className="no-print">
          <Link to="/incidents" search={{}}>
            Incidents
          </Link>
        </p>
        <div className="spread">
          <h1>{plain(incident.title)}</h1>
          <div className="row no-print">
            {allowed ? <Suppress incident={incident} /> : null}
            <Button
              onPress={() => {
                window.print();
              }}
            >
              Print
            </Button>
          </div>
        </div>
        <div className="row">
          <Severity severity={incident.severity} />
          <span className="chip">{PATH_NAMES[incident.path]}</span>
          <span className="chip">{plain(incident.application)}</span>
          <span className="chip">{STATES[incident.state]}</span>
          <span className="quiet small">
            Since <Time at={incident.first_seen} />, last seen <Time at={incident.last_seen} />
          </span>
        </div>
        {incident.merged_into === undefined ? null : (
          <p className="notice">
            Merged into{' '}
            <Link to="/incidents/$id" params={{ id: incident.merged_into }}>
              another incident
            </Link>
            .
          </p>
        )}
        {incident.absorbed.length === 0 ? null : (
          <p className="quiet small">
            Holds what was first told as <IncidentLinks ids={incident.absorbed} />
          </p>
        )}
      </header>
      <div className="two">
        <div className="panel stack">
          <MostTelling evidence={incident.evidence} />
          <Request incident={incident} />
        </div>
        <div className="panel no-print">
          <NextSteps path={incident.path} />
        </div>
      </div>
      <section className="panel" aria-labelledby="course">
        <h2 id="course">What happened when</h2>
        <p className="quiet small">
          A mark is something unusual; the larger, the less likely in benign use. Choose one to find it below.
        </p>
        <TimeAxis evidence={incident.evidence} current={current} onSelect={setCurrent} />
      </section>
      <div className="two">
        <section className="panel" aria-labelledby="evidence">
          <h2 id="evidence">What was seen, and what is normal</h2>
          <p className="quiet small">
            {incident.evidence.length} pieces of evidence from {incident.anomalous} anomalous verdicts; of very many the
            most telling are kept.
          </p>
          <EvidenceList evidence={incident.evidence} current={current} />
        </section>
        <div className="stack">
          <Decide incident={incident} allowed={allowed} />
          <IdentityChain incident={incident} />
          <Levels incident={incident} />
          <Classification incident={incident} />
          <Raw incident={incident} />
        </div>
      </div>
    </article>
  );
}

const STATES = { open: 'open: more may come', closed: 'over', merged: 'merged into another' } as const;

/** The finding as subscribers get it. */
function Raw({ incident }: { readonly incident: Incident }) {
  return (
    <details className="panel no-print">
      <summary>Raw OCSF finding, revision {incident.revision}</summary>
      <pre tabIndex={0}>{plain(JSON.stringify(incident.alert, undefined, 2)).replaceAll('⏎', '\n')}</pre>
    </details>
  );
}
