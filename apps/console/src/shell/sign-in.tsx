import './sign-in.css';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';

import { api, bodyOf } from '../api/client.js';
import { holder, waysToSignIn } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { plain } from '../ui/untrusted.js';

/** What the way back from an identity provider says. */
export const FAILURES = {
  unavailable: 'the identity provider does not answer',
  refused: 'the identity provider did not confirm it; try again',
  'no-role': 'the identity provider knows you, but gives you no role here',
} as const;

/** A token opens a session; it is kept nowhere in the browser but in a cookie that scripts cannot read. */
export function SignIn() {
  const client = useQueryClient();
  const router = useRouter();
  const { to, failed } = useSearch({ from: '/sign-in' });
  const { data: ways } = useQuery(waysToSignIn);
  const [token, setToken] = useState('');
  const { mutate, ...opening } = useMutation({
    mutationFn: (given: string) => bodyOf(api.POST('/api/v1/session', { body: { token: given } })),
    onSuccess: async (me) => {
      client.setQueryData(holder.queryKey, me);
      await router.navigate({ href: to ?? '/console/' });
    },
  });
  useEffect(() => {
    const given = takeTokenFromAddress();
    if (given !== undefined) mutate(given);
  }, [mutate]);
  return (
    <main className="sign-in">
      <Form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(token.trim());
        }}
      >
        <h1>Plimsoll</h1>
        {failed === undefined ? null : (
          <p className="notice bad" role="alert">
            Not signed in: {FAILURES[failed]}.
          </p>
        )}
        {ways?.oidc === undefined ? null : (
          <a className="button primary" href="/api/v1/session/oidc">
            Sign in with {plain(ways.oidc.name)}
          </a>
        )}
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

/**
 * The token in a link that a command printed, taken out of the address and of the browser's history. Commands serve on this
 * machine alone; elsewhere a link could sign somebody in as whoever sent it.
 */
function takeTokenFromAddress(): string | undefined {
  if (!['127.0.0.1', 'localhost'].includes(window.location.hostname)) return undefined;
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}
