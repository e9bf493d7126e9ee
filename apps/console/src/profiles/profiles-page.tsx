import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import type { Answer } from '../api/client.js';
import { profiles } from '../api/queries.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { plain } from '../ui/untrusted.js';
import { Learning } from './learning.js';

type Profile = Answer<'/api/v1/profiles'>['profiles'][number];

/** What was learned of each workload, and whether it still fits. */
export function ProfilesPage() {
  const { data, error, isPending } = useQuery(profiles);
  return (
    <>
      <h1>Profiles</h1>
      {isPending ? <Loading what="profiles" /> : null}
      {error === null ? null : <Failed error={error} />}
      {data?.profiles.length === 0 ? (
        <Empty title="No active profile yet">
          plimsoll learn makes them from recordings, from running processes or from the stream.
        </Empty>
      ) : null}
      {data === undefined || data.profiles.length === 0 ? null : (
        <section className="panel scroll-x" aria-label="Profiles" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Application</th>
                <th scope="col">Workload</th>
                <th scope="col">Detector</th>
                <th scope="col">Active</th>
                <th scope="col">In shadow</th>
                <th scope="col">Fit</th>
              </tr>
            </thead>
            <tbody>
              {data.profiles.map((profile) => (
                <Line
                  key={JSON.stringify([profile.application, profile.workload, profile.detector])}
                  profile={profile}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Learning />
    </>
  );
}

function Line({ profile }: { readonly profile: Profile }) {
  const { application, workload, detector, active, shadow, report } = profile;
  return (
    <tr>
      <td>{plain(application)}</td>
      <td>{plain(workload)}</td>
      <th scope="row">
        <Link to="/profiles/$application/$workload/$detector" params={{ application, workload, detector }}>
          {detector}
        </Link>
      </th>
      <td>{active === undefined ? <span className="chip warn">none</span> : <code>{active.slice(0, 12)}</code>}</td>
      <td>{shadow === undefined ? '' : <code>{shadow.slice(0, 12)}</code>}</td>
      <td>
        <Fit report={report} />
      </td>
    </tr>
  );
}

export function Fit({ report }: { readonly report: Profile['report'] }) {
  if (report === undefined) return <span className="quiet">nothing scored yet</span>;
  return (
    <span className={`chip ${FITS[report.state]}`} title={report.words}>
      {report.state}
    </span>
  );
}

const FITS = { fits: 'good', unknown: '', ageing: 'warn', deployment: 'warn' } as const;
