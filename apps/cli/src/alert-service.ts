import process from 'node:process';

import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** Where the alert service is and who asks: from the command line, else from the environment. */
export interface AlertService {
  readonly address: string;
  readonly token: string;
}

export const DEFAULT_ADDRESS = 'http://127.0.0.1:8085';

/** How long the service may take: a question that nobody answers would stand for minutes. */
const ANSWER_TIMEOUT_MS = 10_000;

const Problem = z.object({ detail: z.string() });

/** Throws `bad-configuration` where nobody said whose token it is, or the address is none. */
export function alertService(address: string | undefined): AlertService {
  const token = process.env['PLIMSOLL_API_TOKEN'];
  if (token === undefined || token === '') {
    throw new PlimsollError('bad-configuration', 'set PLIMSOLL_API_TOKEN to an access token of the alert service');
  }
  const given = address ?? process.env['PLIMSOLL_API'] ?? DEFAULT_ADDRESS;
  if (!/^https?:\/\//i.test(given) || !URL.canParse(given)) {
    throw new PlimsollError(
      'bad-configuration',
      `${given} is not an address; give one such as --api ${DEFAULT_ADDRESS}`,
    );
  }
  return { address: given, token };
}

/**
 * What the interface answers at `path`, below `/api/v1/`; with `body` it is sent there. Throws `unavailable` where nobody
 * answers, and with the service's own words where it refuses.
 */
export async function ask<Answer>(
  { address, token }: AlertService,
  path: string,
  answer: z.ZodType<Answer>,
  body?: object,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(new URL(`/api/v1/${path}`, address), {
    headers,
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new PlimsollError('unavailable', `no alert service answers at ${address}; give --api URL`, { cause });
  });
  const text = await response.text();
  if (response.ok) return understood(text, answer, address);
  throw new PlimsollError('unavailable', `the alert service refused: ${detailOf(text) ?? response.status}`);
}

function understood<Answer>(text: string, answer: z.ZodType<Answer>, address: string): Answer {
  try {
    return answer.parse(JSON.parse(text));
  } catch (cause) {
    throw new PlimsollError('unavailable', `what answers at ${address} is no alert service of this version`, { cause });
  }
}

function detailOf(text: string): string | undefined {
  try {
    return Problem.parse(JSON.parse(text)).detail;
  } catch {
    // A proxy's own page.
    return undefined;
  }
}
