import { type CanActivate, createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@plimsoll/streaming';
import type { FastifyRequest } from 'fastify';

import { ROLES, type AccessTokens, type Caller, type Role } from './access-tokens.js';
import { API_ACCESS } from './injection.js';
import type { OidcSignIn } from './oidc-sign-in.js';
import { operationOf } from './operation.js';
import { ProblemError } from './problem.js';
import type { RateLimiter } from './rate-limiter.js';
import type { Sessions } from './sessions.js';

/** What the guard works with. */
export interface Access {
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  /** Where people sign in besides, if anywhere. */
  readonly oidc: OidcSignIn | undefined;
  readonly clock: Clock;
  /** Requests of one holder. */
  readonly requests: RateLimiter;
  /** Refused tokens from one address. */
  readonly failures: RateLimiter;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** Lets a request in that carries a token or a session of a holder whose role suffices, and not too often. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(@Inject(API_ACCESS) private readonly access: Access) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { role } = operationOf(context.getHandler());
    if (role !== 'anyone') admit(this.access, request, role);
    return true;
  }
}

/** Lets `request` in where its caller has `role`; throws the refusal. It counts once, however often it is asked for. */
export function admit(access: Access, request: FastifyRequest, role: Role): void {
  const nowMs = access.clock.nowMs();
  const known = callers.get(request);
  const caller = known ?? callerOf(access, request, nowMs);
  const waitS = known === undefined ? access.requests.take(caller.account ?? caller.name, nowMs) : 0;
  if (waitS > 0) throw tooMany(waitS);
  if (ROLES.indexOf(caller.role) < ROLES.indexOf(role)) {
    throw new ProblemError(403, 'not-allowed', `this needs the role ${role}`);
  }
  callers.set(request, caller);
}

function callerOf({ sessions, tokens, failures }: Access, request: FastifyRequest, nowMs: number): Caller {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    const inSession = sessions.holder(request, nowMs);
    if (inSession !== undefined) return inSession;
  }
  const match = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? '');
  const caller = match === null ? undefined : tokens.holder(match[1]!, nowMs);
  if (caller !== undefined) return caller;
  // Who shows nothing guesses nothing: a client that forgot its token is told so, however often.
  const waitS = authorization === undefined ? 0 : failures.take(request.ip, nowMs);
  if (waitS > 0) throw tooMany(waitS);
  const headers = { 'www-authenticate': 'Bearer realm="plimsoll"' };
  throw new ProblemError(
    401,
    'not-known',
    match === null ? 'a bearer token is needed' : 'the token is not known',
    headers,
  );
}

/** Who asks, as the guard found out. */
export const From = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new ProblemError(401, 'not-known', 'a bearer token is needed');
  return caller;
});

/** Refuses what came too often. */
export function tooMany(waitS: number): ProblemError {
  return new ProblemError(429, 'too-many', `try again in ${waitS} s`, { 'retry-after': String(waitS) });
}
