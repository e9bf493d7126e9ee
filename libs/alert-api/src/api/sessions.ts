import { randomBytes } from 'node:crypto';

import { Signer } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';

import { hashOf, type AccessTokens, type Caller } from './access-tokens.js';
import { ProblemError } from './problem.js';

/** A browser's session: bound to the host, over HTTPS or loopback alone (RFC 6265bis, `__Host-`). */
export const SESSION_COOKIE = '__Host-plimsoll';
/** A working day; a session is never longer, whatever happens in it. */
export const SESSION_MS = 12 * 3_600_000;
/**
 * Every request that changes something in a session carries this header. A foreign page can send a cookie along, but
 * cannot set a header without asking first, which the interface never allows (custom request header, OWASP 2021).
 */
export const SESSION_HEADER = 'x-plimsoll-console';

/**
 * Browser sessions without state of their own: the cookie names the token it was opened with, by hash, and its end,
 * signed. A token that is taken out of the file ends its sessions too. Replicas share `key`.
 */
export class Sessions {
  readonly #signer: Signer;

  constructor(
    private readonly tokens: AccessTokens,
    key: string = randomBytes(32).toString('base64url'),
  ) {
    this.#signer = new Signer(key, 'sha256');
  }

  /** The cookie's value and who holds it; undefined where `token` is nobody's. */
  open(token: string, nowMs: number): { readonly value: string; readonly caller: Caller } | undefined {
    const caller = this.tokens.holder(token, nowMs);
    if (caller === undefined) return undefined;
    return { value: this.#signer.sign(`${hashOf(token)}.${nowMs + SESSION_MS}`), caller };
  }

  /** Who holds the session of `request`; undefined where there is none that is valid. Throws 403 on a forged change. */
  holder(request: FastifyRequest, nowMs: number): Caller | undefined {
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie === undefined || cookie.length > 512) return undefined;
    const { valid, value } = this.#signer.unsign(cookie);
    if (!valid) return undefined;
    const [hash = '', endMs = '0'] = value.split('.');
    if (nowMs >= Number(endMs)) return undefined;
    const caller = this.tokens.holderOfHash(hash, nowMs);
    if (caller !== undefined) refuseForged(request);
    return caller;
  }
}

function refuseForged({ method, headers }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  const fromHere = site === undefined || site === 'same-origin';
  if (!fromHere || headers[SESSION_HEADER] === undefined) {
    throw new ProblemError(403, 'forged', 'in a session, changes come from the console alone; programs use a token');
  }
}
