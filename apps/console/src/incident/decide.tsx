import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components';

import { api, bodyOf, type Incident, type Status } from '../api/client.js';
import { incident as incidentQuery } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { StatusChip } from '../ui/status-chip.js';
import { Time } from '../ui/time.js';
import { Untrusted } from '../ui/untrusted.js';
import { STATUS_NAMES, STATUSES } from '../ui/words.js';

const MAX_NOTE = 2_000;

/** A person's decision: status and note, and those made before. */
export function Decide({ incident, allowed }: { readonly incident: Incident; readonly allowed: boolean }) {
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const deciding = useMutation({
    mutationFn: (status: Status) =>
      bodyOf(
        api.POST('/api/v1/incidents/{id}/status', { params: { path: { id: incident.id } }, body: { status, note } }),
      ),
    onSuccess: async (after) => {
      client.setQueryData(incidentQuery(incident.id).queryKey, after);
      setNote('');
      await client.invalidateQueries({ queryKey: ['incidents'] });
    },
  });
  return (
    <section className="panel stack no-print" aria-labelledby="decision">
      <h2 id="decision">Decision</h2>
      <div className="row" role="status">
        <StatusChip status={incident.status} />
        {incident.suppressed === undefined ? null : (
          <span className="chip">
            Suppressed by {incident.suppressed.by} until <Time at={incident.suppressed.until} />
          </span>
        )}
      </div>
      {allowed ? (
        <>
          <TextField className="field" value={note} onChange={setNote} maxLength={MAX_NOTE}>
            <Label>Note</Label>
            <TextArea className="input" rows={2} />
          </TextField>
          <div className="row">
            {STATUSES.filter((status) => status !== incident.status || note !== '').map((status) => (
              <Button
                key={status}
                isDisabled={deciding.isPending}
                onPress={() => {
                  deciding.mutate(status);
                }}
              >
                {STATUS_NAMES[status]}
              </Button>
            ))}
          </div>
          <p className="quiet small">Benign is taken into what is learned next, when the trail of changes holds it.</p>
        </>
      ) : (
        <p className="quiet small">Deciding needs the role analyst.</p>
      )}
      {deciding.error === null ? null : (
        <p className="notice bad" role="alert">
          Not decided: {deciding.error.message}
        </p>
      )}
      <Decisions incident={incident} />
    </section>
  );
}

function Decisions({ incident }: { readonly incident: Incident }) {
  if (incident.decisions.length === 0) return null;
  return (
    <ol className="stack small">
      {incident.decisions.map(({ status, by, at, note }) => (
        <li key={`${at} ${by} ${status}`}>
          <strong>{STATUS_NAMES[status]}</strong> by {by}, <Time at={at} />
          {note === '' ? null : (
            <div>
              <Untrusted text={note} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
