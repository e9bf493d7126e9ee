import { randomBytes } from 'node:crypto';

import { Signer } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';

import { hashOf, type AccessTokens, type Caller } from './access-tokens.js';
import type { Begun } from './oidc-sign-in.js';
import { ProblemError } from './problem.js';

/** A browser's session: bound to the host, over HTTPS or loopback alone (RFC 6265bis, `__Host-`). */
export const SESSION_COOKIE = '__Host-plimsoll';
/** A sign-in at an identity provider that was begun: sent when the browser comes back from there, hence not strict. */
export const BEGUN_COOKIE = '__Host-plimsoll-begun';
/** How long somebody may take at the provider. */
export const BEGUN_MS = 10 * 60_000;
/** What a cookie's text begins with: a digest never does. */
const NAMED = 'named:';
const BEGUN = 'begun:';
/** Longest cookie that is looked at: a name of 128 characters, each of four bytes, and an account of 255 of ASCII. */
const MAX_COOKIE = 1_600;

/** A working day; a session is never longer, whatever happens in it. */
export const SESSION_MS = 12 * 3_600_000;
/** Whom a provider named: who was taken out there is out here after this time, and signing in again takes one click. */
export const NAMED_SESSION_MS = 4 * 3_600_000;
/**
 * Every request that changes something in a session carries this header. A foreign page can send a cookie along, but
 * cannot set a header without asking first, which the interface never allows (custom request header, OWASP 2021).
 */
export const SESSION_HEADER = 'x-plimsoll-console';

/**
 * Browser sessions without state of their own: the cookie names the token it was opened with, by hash, and its end,
 * signed. A token that is taken out of the file ends its sessions too; who signed in at an identity provider stands in the
 * cookie itself. Replicas share `key`.
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

  /** The cookie's value for somebody whom an identity provider named. It holds until its end, whatever happens there. */
  openFor(caller: Caller, nowMs: number): string {
    const named = Buffer.from(JSON.stringify(caller)).toString('base64url');
    return this.#signer.sign(`${NAMED}${named}.${nowMs + NAMED_SESSION_MS}`);
  }

  /** Signs what a sign-in that was begun keeps in a cookie for `BEGUN_MS`. */
  sealBegun(begun: Begun, nowMs: number): string {
    return this.#signer.sign(`${BEGUN}${Buffer.from(JSON.stringify(begun)).toString('base64url')}.${nowMs + BEGUN_MS}`);
  }

  /** What a cookie of `sealBegun` holds; undefined where it is none, or too old. */
  readBegun(cookie: string | undefined, nowMs: number): Begun | undefined {
    const text = this.#sealed(cookie, nowMs);
    if (text?.startsWith(BEGUN) !== true) return undefined;
    return JSON.parse(Buffer.from(text.slice(BEGUN.length), 'base64url').toString('utf8')) as Begun;
  }

  /** Who holds the session of `request`; undefined where there is none that is valid. Throws 403 on a forged change. */
  holder(request: FastifyRequest, nowMs: number): Caller | undefined {
    const text = this.#sealed(request.cookies[SESSION_COOKIE], nowMs);
    if (text === undefined || text.startsWith(BEGUN)) return undefined;
    const caller = text.startsWith(NAMED)
      ? // Our own writing: it was signed.
        (JSON.parse(Buffer.from(text.slice(NAMED.length), 'base64url').toString('utf8')) as Caller)
      : this.tokens.holderOfHash(text, nowMs);
    if (caller !== undefined) refuseForged(request);
    return caller;
  }

  /** What was signed and has not ended. */
  #sealed(cookie: string | undefined, nowMs: number): string | undefined {
    if (cookie === undefined || cookie.length > MAX_COOKIE) return undefined;
    const { valid, value } = this.#signer.unsign(cookie);
    if (!valid) return undefined;
    const [text = '', endMs = '0'] = value.split('.');
    return nowMs < Number(endMs) ? text : undefined;
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
