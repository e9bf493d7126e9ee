import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog, DialogTrigger, Heading, Input, Label, Modal, ModalOverlay, TextField } from 'react-aria-components';

import { api, bodyOf, type Incident } from '../api/client.js';
import { suppressions } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { Choice } from '../ui/choice.js';
import { plain } from '../ui/untrusted.js';
import { PATH_NAMES } from '../ui/words.js';

const DAYS = [1, 7, 30] as const;
const DAY_MS = 86_400_000;
const SHORTEST_REASON = 3;

/** Lets this kind of incident raise no alarm for a while; first it shows what that would have hidden. */
export function Suppress({ incident }: { readonly incident: Incident }) {
  return (
    <DialogTrigger>
      <Button>Suppress this kind …</Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal>
          <Dialog className="dialog stack">{({ close }) => <SuppressForm incident={incident} onDone={close} />}</Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function SuppressForm({ incident, onDone }: { readonly incident: Incident; readonly onDone: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [days, setDays] = useState<number>(7);
  const [principal, setPrincipal] = useState<string | undefined>(incident.principals[0]);
  const kind = {
    application: incident.application,
    path: incident.path,
    ...(principal === undefined ? {} : { principal }),
  };
  const preview = useQuery({
    queryKey: ['preview', kind],
    queryFn: () => bodyOf(api.POST('/api/v1/suppressions/preview', { body: kind })),
  });
  const adding = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST('/api/v1/suppressions', {
          body: { ...kind, reason, expires: new Date(Date.now() + days * DAY_MS).toISOString() },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: suppressions.queryKey });
      await client.invalidateQueries({ queryKey: ['incident'] });
      await client.invalidateQueries({ queryKey: ['incidents'] });
      onDone();
    },
  });
  return (
    <>
      <Heading slot="title">Suppress {PATH_NAMES[incident.path]}</Heading>
      <p>
        In the application <strong>{plain(incident.application)}</strong>. Suppressed incidents stay in the list; they
        are sent to no webhook.
      </p>
      <Choice
        label="By whom"
        any="Anybody"
        options={incident.principals.map((value) => ({ value, label: plain(value) }))}
        value={principal}
        onChange={setPrincipal}
      />
      <Choice
        label="For"
        any="7 days"
        options={DAYS.map((value) => ({ value: String(value), label: value === 1 ? '1 day' : `${value} days` }))}
        value={String(days)}
        onChange={(value) => {
          setDays(Number(value ?? 7));
        }}
      />
      <TextField className="field" value={reason} onChange={setReason} isRequired maxLength={1_024}>
        <Label>Reason</Label>
        <Input className="input" />
      </TextField>
      <p className="notice" role="status">
        {preview.data === undefined
          ? 'Looking at what it would have hidden …'
          : `It would have hidden ${preview.data.hidden} of ${preview.data.of} incidents of this application.`}
      </p>
      {preview.data === undefined ? null : (
        <ul className="small">
          {preview.data.incidents.slice(0, 5).map(({ id, title }) => (
            <li key={id}>{plain(title)}</li>
          ))}
        </ul>
      )}
      {adding.error === null ? null : (
        <p className="notice bad" role="alert">
          {adding.error.message}
        </p>
      )}
      <div className="row">
        <Button
          look="primary"
          isDisabled={reason.trim().length < SHORTEST_REASON || adding.isPending}
          onPress={() => {
            adding.mutate();
          }}
        >
          Suppress
        </Button>
        <Button onPress={onDone}>Cancel</Button>
      </div>
    </>
  );
}
