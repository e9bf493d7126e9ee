import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Input, TextField } from 'react-aria-components';

import { api, bodyOf, type Status } from '../api/client.js';
import { holder } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { STATUS_NAMES, STATUSES } from '../ui/words.js';

/** What one request may decide about; as many more are made as the selection needs, one after the other. */
const AT_ONCE = 200;

/** Decides about the selected incidents together. */
export function BulkBar({ ids, onDone }: { readonly ids: readonly string[]; readonly onDone: () => void }) {
  const client = useQueryClient();
  const { data: me } = useQuery(holder);
  const [note, setNote] = useState('');
  const deciding = useMutation({
    mutationFn: async (change: { readonly status?: Status; readonly assignee?: string }) => {
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const body = { ids: ids.slice(from, from + AT_ONCE), ...change, note };
        await bodyOf(api.POST('/api/v1/incidents/status', { body }));
      }
    },
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: ['incidents'] });
    },
  });
  return (
    <div className="panel row bulk" role="region" aria-label="Decide about the selection">
      <strong>{ids.length} selected</strong>
      <TextField aria-label="Note for all of them" value={note} onChange={setNote} maxLength={2_000}>
        <Input className="input" placeholder="Note" />
      </TextField>
      {me === undefined ? null : (
        <Button
          isDisabled={deciding.isPending}
          onPress={() => {
            deciding.mutate({ assignee: me.name });
          }}
        >
          Take them
        </Button>
      )}
      {STATUSES.map((status) => (
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
      {deciding.error === null ? null : (
        <span className="notice bad" role="alert">
          {deciding.error.message}
        </span>
      )}
    </div>
  );
}
