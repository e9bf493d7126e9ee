import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';

import type { Incident } from '../api/client.js';
import { plain, Untrusted } from '../ui/untrusted.js';
import { LEVEL_NAMES, P_WORDS } from '../ui/words.js';

/** What is known of each level, those that saw nothing too, and why. */
export function Levels({ incident }: { readonly incident: Incident }) {
  const silent: Readonly<Record<string, string>> = {
    normal: 'nothing unusual',
    insufficient: 'too little data to score',
    gap: 'events were lost; not scored',
    warming: 'no profile yet',
    absent: 'not watching here',
    weak: 'unusual, too weak alone',
    anomalous: 'anomalous',
  };
  return (
    <section className="panel stack scroll-x" aria-labelledby="levels" tabIndex={0}>
      <h2 id="levels">What each level says</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Says</th>
            <th scope="col">Anomalous of scored</th>
            <th scope="col">p</th>
          </tr>
        </thead>
        <tbody>
          {incident.levels.map(({ level, state, anomalous, judged, p_value }) => (
            <tr key={level}>
              <th scope="row">{LEVEL_NAMES[level] ?? level}</th>
              <td>{silent[state] ?? state}</td>
              <td className="numeric">
                {anomalous} of {judged}
              </td>
              <td className="numeric">{p_value.toPrecision(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet small">{P_WORDS}</p>
      <details>
        <summary>In figures</summary>
        <p className="small">{plain(incident.alert.finding_info.desc)}</p>
      </details>
    </section>
  );
}

/** The request that told most: what was asked for, by which parameter, from where, and what was answered. */
export function Request({ incident: { request } }: { readonly incident: Incident }) {
  if (request === undefined) return null;
  const facts = [
    ['Parameter', request.parameter],
    ['Client', request.address],
    ['Account', request.account],
    ['Answered', request.status === undefined || request.status === 0 ? undefined : String(request.status)],
    ['User agent', request.user_agent],
  ] as const;
  return (
    <dl className="facts">
      <dt>Page</dt>
      <dd>
        <Link to="/incidents" search={{ page: request.path }}>
          <Untrusted text={`${request.method} ${request.path}`} />
        </Link>
      </dd>
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              {name === 'Client' ? (
                <Link to="/incidents" search={{ address: value }}>
                  <Untrusted text={value} />
                </Link>
              ) : (
                <Untrusted text={value} />
              )}
            </dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}

/** Who acted where: from the principal to the container and the session, as far as it was seen. */
export function IdentityChain({ incident }: { readonly incident: Incident }) {
  const sessions = new Set<string>();
  const containers = new Set<string>();
  for (const { container, actor, data } of incident.evidence) {
    containers.add(container.uid);
    const session = actor?.session?.uid ?? data.joins?.session;
    if (session !== undefined) sessions.add(session.slice(0, 16));
  }
  const links = [
    ['Principal', incident.principals],
    ['Workload', incident.workloads],
    ['Container', [...containers].slice(0, 3)],
    ['Session', [...sessions].slice(0, 3)],
  ] as const;
  return (
    <section className="panel stack" aria-labelledby="identity">
      <h2 id="identity">Who and where</h2>
      <ul className="chain">
        {links
          .filter(([, names]) => names.length > 0)
          .map(([label, names]) => (
            <li key={label}>
              <span className="quiet small">{label}</span> <code>{names.map(plain).join(', ')}</code>
            </li>
          ))}
      </ul>
    </section>
  );
}

/** What the field calls it. */
export function Classification({ incident }: { readonly incident: Incident }) {
  const { finding_info, vulnerabilities = [] } = incident.alert;
  return (
    <section className="panel stack" aria-labelledby="classification">
      <h2 id="classification">Classification</h2>
      <ul className="row">
        {finding_info.attacks.map(({ technique, sub_technique, tactic }, index) => (
          <li key={index} className="chip" title={tactic?.name}>
            MITRE ATT&amp;CK {(sub_technique ?? technique)?.uid} {(sub_technique ?? technique)?.name}
          </li>
        ))}
        {vulnerabilities.map(({ cwe }) => (
          <li key={cwe.uid} className="chip" title={cwe.caption}>
            {cwe.uid}
          </li>
        ))}
      </ul>
    </section>
  );
}
