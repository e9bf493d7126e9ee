import type { SessionBy, Verdict } from '@plimsoll/contracts';

/** Who acted, for joining verdicts: a session, or where a request shows none its client. */
export function whose(request: { readonly session: string; readonly sessionBy: SessionBy }): Partial<Verdict['joins']> {
  const { session, sessionBy } = request;
  return sessionBy === 'cookie' || sessionBy === 'authorization' ? { session } : { client: session };
}
