import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components';

import { api, bodyOf, type Incident, type Status } from '../api/client.js';
import { holder, incident as incidentQuery } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { StatusChip } from '../ui/status-chip.js';
import { Time } from '../ui/time.js';
import { plain, Untrusted } from '../ui/untrusted.js';
import { STATUS_NAMES, STATUSES } from '../ui/words.js';

const MAX_NOTE = 2_000;

/** A person's decision: status and note, and those made before. */
export function Decide({ incident, allowed }: { readonly incident: Incident; readonly allowed: boolean }) {
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const deciding = useMutation({
    mutationFn: (change: { readonly status?: Status; readonly assignee?: string }) =>
      bodyOf(
        api.POST('/api/v1/incidents/{id}/status', {
          params: { path: { id: incident.id } },
          body: { ...change, note },
        }),
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
      <Assignee
        incident={incident}
        onAssign={
          allowed && !deciding.isPending
            ? (assignee) => {
                deciding.mutate({ assignee });
              }
            : undefined
        }
      />
      {allowed ? (
        <>
          <TextField className="field" value={note} onChange={setNote} maxLength={MAX_NOTE}>
            <Label>Note</Label>
            <TextArea className="input" rows={2} />
          </TextField>
          <div className="row">
            {STATUSES.filter((status) => status !== incident.status).map((status) => (
              <Button
                key={status}
                isDisabled={deciding.isPending}
                onPress={() => {
                  deciding.mutate({ status });
                }}
              >
                {STATUS_NAMES[status]}
              </Button>
            ))}
            <Button
              isDisabled={deciding.isPending || note.trim() === ''}
              onPress={() => {
                deciding.mutate({});
              }}
            >
              Note only
            </Button>
          </div>
          <p className="quiet small">Incidents marked benign are learned from next time.</p>
        </>
      ) : (
        <p className="quiet small">Deciding needs the role analyst.</p>
      )}
      {deciding.error === null ? null : (
        <p className="notice bad" role="alert">
          Could not save: {deciding.error.message}
        </p>
      )}
      <Decisions incident={incident} />
    </section>
  );
}

/** Who takes care of it; anybody who decides may take it or give it back. */
function Assignee({
  incident: { assignee },
  onAssign,
}: {
  readonly incident: Incident;
  readonly onAssign: ((assignee: string) => void) | undefined;
}) {
  const { data: me } = useQuery(holder);
  return (
    <div className="row">
      <span>{assignee === undefined ? 'Assigned to nobody' : `Assigned to ${plain(assignee)}`}</span>
      {onAssign === undefined || me === undefined ? null : (
        <Button
          onPress={() => {
            onAssign(assignee === me.name ? '' : me.name);
          }}
        >
          {assignee === me.name ? 'Give back' : 'Take it'}
        </Button>
      )}
    </div>
  );
}

function Decisions({ incident }: { readonly incident: Incident }) {
  if (incident.decisions.length === 0) return null;
  return (
    <ol className="stack small">
      {incident.decisions.map(({ status, by, at, note, assignee, about }) => (
        <li key={`${at} ${by} ${status}`}>
          <strong>{STATUS_NAMES[status]}</strong> by {plain(by)}, <Time at={at} />
          {assignee === undefined || assignee === '' ? null : `, for ${plain(assignee)}`}
          {about === undefined ? null : (
            <>
              , about{' '}
              <Link to="/incidents/$id" params={{ id: about }}>
                an incident
              </Link>{' '}
              that has become part of this one
            </>
          )}
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
