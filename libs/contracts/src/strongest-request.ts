import type { AlertEvidence } from './alert.js';

/** The page and the client of an incident, in words of our own; what is not known is absent. */
export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  /** The parameter that told most. */
  readonly parameter?: string;
  readonly status?: number;
  readonly address?: string;
  readonly user_agent?: string;
  readonly account?: string;
}

/** The request of the strongest evidence that has one, the first of equals; undefined where none has. */
export function strongestRequest(evidences: readonly AlertEvidence[]): AskedRequest | undefined {
  let strongest: AlertEvidence | undefined;
  for (const one of evidences) {
    if (one.http_request === undefined) continue;
    if (strongest === undefined || one.data.p_value < strongest.data.p_value) strongest = one;
  }
  if (strongest?.http_request === undefined) return undefined;
  const { http_request: request, http_response: response, src_endpoint: client, actor } = strongest;
  return {
    method: request.http_method,
    path: request.url.path,
    ...(request.args === undefined ? {} : { parameter: request.args }),
    ...(response === undefined ? {} : { status: response.code }),
    ...(client === undefined ? {} : { address: client.ip }),
    ...(request.user_agent === undefined ? {} : { user_agent: request.user_agent }),
    ...(actor?.user === undefined ? {} : { account: actor.user.name }),
  };
}
