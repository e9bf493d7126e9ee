import { Controller, Delete, Get, Inject, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { AccessGuard, From, tooMany, type Access } from './access.guard.js';
import { ROLES, type Caller } from './access-tokens.js';
import { API_ACCESS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import { ProblemError, ProblemFilter } from './problem.js';
import type { OidcSignIn } from './oidc-sign-in.js';
import { BEGUN_COOKIE, BEGUN_MS, NAMED_SESSION_MS, SESSION_COOKIE, SESSION_MS } from './sessions.js';

const Me = z.strictObject({ name: z.string(), role: z.enum(ROLES) }).meta({ id: 'Holder' });
type Me = z.infer<typeof Me>;

const signIn = {
  id: 'signIn',
  summary: 'Open a browser session with a token; the answer sets a cookie that scripts cannot read',
  role: 'anyone',
  body: z.strictObject({ token: z.string().min(1).max(256) }),
  response: Me,
} as const satisfies OperationSpec;

const waysToSignIn = {
  id: 'waysToSignIn',
  summary: 'How people may sign in besides with a token',
  role: 'anyone',
  response: z.strictObject({ oidc: z.strictObject({ name: z.string() }).optional() }),
} as const satisfies OperationSpec;

const beginOidc = {
  id: 'beginOidcSignIn',
  summary: 'Send the browser to the identity provider',
  role: 'anyone',
  redirects: true,
  problems: [404],
} as const satisfies OperationSpec;

const finishOidc = {
  id: 'finishOidcSignIn',
  summary: 'Take the browser back from the identity provider, and open a session',
  role: 'anyone',
  redirects: true,
  problems: [404],
  /** Of the provider. */
  query: z.looseObject({}),
} as const satisfies OperationSpec;

const SIGN_IN = '/console/sign-in';

const signOut = { id: 'signOut', summary: 'End the browser session', role: 'anyone' } as const satisfies OperationSpec;

const whoAmI = {
  id: 'whoAmI',
  summary: 'Whose token or session this is',
  role: 'viewer',
  response: Me,
} as const satisfies OperationSpec;

const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;
const BEGUN = { ...COOKIE, sameSite: 'lax' } as const;

/** Browser sessions beside bearer tokens. */
@Controller('api/v1')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class SessionController {
  constructor(@Inject(API_ACCESS) private readonly access: Access) {}

  @Post('session')
  @Operation(signIn)
  signIn(
    @Input() { body }: InputOf<typeof signIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Me {
    const { sessions, failures, clock } = this.access;
    const nowMs = clock.nowMs();
    const opened = sessions.open(body.token, nowMs);
    if (opened === undefined) {
      const waitS = failures.take(request.ip, nowMs);
      throw waitS > 0 ? tooMany(waitS) : new ProblemError(401, 'not-known', 'nobody holds this token');
    }
    void reply.setCookie(SESSION_COOKIE, opened.value, { ...COOKIE, maxAge: SESSION_MS / 1_000 });
    return opened.caller;
  }

  @Get('session/ways')
  @Operation(waysToSignIn)
  ways(): z.infer<typeof waysToSignIn.response> {
    const { oidc } = this.access;
    return oidc === undefined ? {} : { oidc: { name: oidc.name } };
  }

  @Get('session/oidc')
  @Operation(beginOidc)
  async begin(@Res() reply: FastifyReply): Promise<void> {
    const { sessions, clock } = this.access;
    try {
      const { location, begun } = await this.oidc().begin();
      const kept = { ...BEGUN, maxAge: BEGUN_MS / 1_000 };
      await reply.setCookie(BEGUN_COOKIE, sessions.sealBegun(begun, clock.nowMs()), kept).redirect(location);
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      await reply.redirect(`${SIGN_IN}?failed=unavailable`);
    }
  }

  @Get('session/oidc/callback')
  @Operation(finishOidc)
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { sessions, failures, clock } = this.access;
    const oidc = this.oidc();
    const nowMs = clock.nowMs();
    const begun = sessions.readBegun(request.cookies[BEGUN_COOKIE], nowMs);
    const query = request.url.slice(request.url.indexOf('?') + 1);
    // Before the provider is asked: nobody has us flood it.
    const waitS = failures.take(request.ip, nowMs);
    if (waitS > 0) throw tooMany(waitS);
    const outcome = begun === undefined ? 'refused' : await oidc.finish(query, begun);
    void reply.clearCookie(BEGUN_COOKIE, BEGUN);
    if (typeof outcome === 'string') {
      await reply.redirect(`${SIGN_IN}?failed=${outcome}`);
      return;
    }
    failures.giveBack(request.ip);
    const kept = { ...COOKIE, maxAge: NAMED_SESSION_MS / 1_000 };
    void reply.setCookie(SESSION_COOKIE, sessions.openFor(outcome, nowMs), kept);
    await reply.redirect('/console/');
  }

  @Delete('session')
  @Operation(signOut)
  signOut(@Res({ passthrough: true }) reply: FastifyReply): void {
    void reply.clearCookie(SESSION_COOKIE, COOKIE);
  }

  private oidc(): OidcSignIn {
    if (this.access.oidc === undefined) throw new ProblemError(404, 'not-found', 'no identity provider was named');
    return this.access.oidc;
  }

  @Get('me')
  @Operation(whoAmI)
  me(@From() { name, role }: Caller): Me {
    return { name, role };
  }
}
