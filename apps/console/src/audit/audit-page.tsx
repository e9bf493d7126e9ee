import { useQuery } from '@tanstack/react-query';

import { auditTrail } from '../api/queries.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { Untrusted, plain } from '../ui/untrusted.js';

/** Who changed what, the latest first. */
export function AuditPage() {
  const { data, error, isPending } = useQuery(auditTrail);
  return (
    <>
      <h1>Audit trail</h1>
      {isPending ? <Loading what="the audit trail" /> : null}
      {error === null ? null : <Failed error={error} />}
      {data?.entries.length === 0 ? <Empty title="Nobody has changed anything yet" /> : null}
      {data === undefined || data.entries.length === 0 ? null : (
        <section className="panel scroll-x" aria-label="Changes" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Of what</th>
                <th scope="col">Detail</th>
              </tr>
            </thead>
            <tbody>
              {data.entries.map(({ id, at, by, role, account, action, target, detail }) => (
                <tr key={id}>
                  <td>
                    <Time at={at} />
                  </td>
                  <td>
                    {plain(by)} <span className="quiet">({role})</span>
                    {account === undefined || account === by ? null : (
                      <span className="quiet small">, account {plain(account)}</span>
                    )}
                  </td>
                  <td>{action}</td>
                  <td>
                    <Untrusted text={target} />
                  </td>
                  <td>
                    <Untrusted text={detail} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
