import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, bodyOf, type Status } from '../api/client.js';
import { Button } from '../ui/button.js';
import { STATUS_NAMES, STATUSES } from '../ui/words.js';

/** Decides about the selected incidents together. */
export function BulkBar({ ids, onDone }: { readonly ids: readonly string[]; readonly onDone: () => void }) {
  const client = useQueryClient();
  const deciding = useMutation({
    mutationFn: (status: Status) =>
      bodyOf(api.POST('/api/v1/incidents/status', { body: { ids: [...ids], status, note: '' } })),
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: ['incidents'] });
    },
  });
  return (
    <div className="panel row bulk" role="region" aria-label="Decide about the selection">
      <strong>{ids.length} selected</strong>
      {STATUSES.map((status) => (
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
      {deciding.error === null ? null : (
        <span className="notice bad" role="alert">
          {deciding.error.message}
        </span>
      )}
    </div>
  );
}
