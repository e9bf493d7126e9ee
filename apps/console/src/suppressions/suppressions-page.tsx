import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { api } from '../api/client.js';
import { holder, suppressions } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { Untrusted, plain } from '../ui/untrusted.js';
import { PATH_NAMES } from '../ui/words.js';

/** What raises no alarm now, by whom and why. */
export function SuppressionsPage() {
  const client = useQueryClient();
  const { data, error, isPending } = useQuery(suppressions);
  const { data: me } = useQuery(holder);
  const removing = useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } } }),
    onSettled: () => client.invalidateQueries({ queryKey: suppressions.queryKey }),
  });
  return (
    <>
      <h1>Suppressions and maintenance windows</h1>
      {isPending ? <Loading what="suppressions" /> : null}
      {error === null ? null : <Failed error={error} />}
      {data?.suppressions.length === 0 ? (
        <Empty title="Nothing is suppressed">To suppress a kind of incident for a while, open one of them.</Empty>
      ) : null}
      {data === undefined || data.suppressions.length === 0 ? null : (
        <section className="panel scroll-x" aria-label="Suppressions" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Application</th>
                <th scope="col">What</th>
                <th scope="col">Reason</th>
                <th scope="col">By</th>
                <th scope="col">Until</th>
                <th scope="col">
                  <span className="visually-hidden">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.suppressions.map(
                ({ id, kind, application, path, principal, workload, finding, reason, by, expires }) => (
                  <tr key={id}>
                    <td>{plain(application)}</td>
                    <td>
                      {kind === 'maintenance'
                        ? 'everything'
                        : [path && PATH_NAMES[path], principal, workload, finding]
                            .filter((part) => part !== undefined)
                            .map(plain)
                            .join(', ')}
                    </td>
                    <td>
                      <Untrusted text={reason} />
                    </td>
                    <td>{plain(by)}</td>
                    <td>
                      <Time at={expires} />
                    </td>
                    <td>
                      {me === undefined || me.role === 'viewer' ? null : (
                        <Button
                          onPress={() => {
                            removing.mutate(id);
                          }}
                        >
                          End now
                        </Button>
                      )}
                    </td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
