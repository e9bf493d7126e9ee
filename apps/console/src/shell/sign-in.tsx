import './sign-in.css';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';

import { api, bodyOf } from '../api/client.js';
import { holder } from '../api/queries.js';
import { Button } from '../ui/button.js';

/** A token opens a session; it is kept nowhere in the browser but in a cookie that scripts cannot read. */
export function SignIn() {
  const client = useQueryClient();
  const router = useRouter();
  const { to } = useSearch({ from: '/sign-in' });
  const [token, setToken] = useState('');
  const opening = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/session', { body: { token: token.trim() } })),
    onSuccess: async (me) => {
      client.setQueryData(holder.queryKey, me);
      await router.navigate({ href: to ?? '/console/' });
    },
  });
  return (
    <main className="sign-in">
      <Form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          opening.mutate();
        }}
      >
        <h1>Plimsoll</h1>
        <TextField
          className="field"
          value={token}
          onChange={setToken}
          type="password"
          autoComplete="off"
          isRequired
          autoFocus
        >
          <Label>Access token</Label>
          <Input className="input" />
        </TextField>
        {opening.error === null ? null : (
          <p className="notice bad" role="alert">
            Not signed in: {opening.error.message}.
          </p>
        )}
        <Button type="submit" look="primary" isDisabled={opening.isPending}>
          Sign in
        </Button>
        <p className="quiet small">
          Tokens and their roles are in the file that <code>PLIMSOLL_API_TOKENS</code> names.
        </p>
      </Form>
    </main>
  );
}
