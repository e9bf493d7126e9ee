import createClient, { type Middleware } from 'openapi-fetch';

import type { components, paths } from './schema.js';

export type IncidentSummary = components['schemas']['IncidentSummary'];
export type Incident = components['schemas']['Incident'];
export type Evidence = Incident['evidence'][number];
export type Holder = components['schemas']['Holder'];
export type Status = IncidentSummary['status'];
export type AttackPath = IncidentSummary['path'];
export type Answer<Path extends keyof paths, Method extends 'get' | 'post' = 'get'> =
  paths[Path] extends Record<Method, { responses: { 200: { content: { 'application/json': infer Body } } } }>
    ? Body
    : never;

/** What the interface refused, in its own words (RFC 9457). */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
    this.name = 'RefusedError';
  }
}

/** Every refusal is thrown, so that queries and mutations fail as one; the header shows that the console asks. */
const refusals: Middleware = {
  onRequest({ request }) {
    request.headers.set('x-plimsoll-console', '1');
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    throw new RefusedError(response.status, await detailOf(response));
  },
};

async function detailOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {
    // A proxy's own page: its status is all that can be told.
  }
  return `the service answered ${response.status}`;
}

/** The interface, typed from its own description. */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(refusals);

/** The body of an answer; what was refused has been thrown by then. */
export async function bodyOf<Body>(answer: Promise<{ data?: Body }>): Promise<Body> {
  const { data } = await answer;
  if (data === undefined) throw new RefusedError(0, 'the service answered nothing');
  return data;
}
