import { Controller, Delete, Get, Inject, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { AccessGuard, From, tooMany, type Access } from './access.guard.js';
import { ROLES, type Caller } from './access-tokens.js';
import { API_ACCESS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import { ProblemError, ProblemFilter } from './problem.js';
import { SESSION_COOKIE, SESSION_MS } from './sessions.js';

const Me = z.strictObject({ name: z.string(), role: z.enum(ROLES) }).meta({ id: 'Holder' });
type Me = z.infer<typeof Me>;

const signIn = {
  id: 'signIn',
  summary: 'Open a browser session with a token; the answer sets a cookie that scripts cannot read',
  role: 'anyone',
  body: z.strictObject({ token: z.string().min(1).max(256) }),
  response: Me,
} as const satisfies OperationSpec;

const signOut = { id: 'signOut', summary: 'End the browser session', role: 'anyone' } as const satisfies OperationSpec;

const whoAmI = {
  id: 'whoAmI',
  summary: 'Whose token or session this is',
  role: 'viewer',
  response: Me,
} as const satisfies OperationSpec;

const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

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

  @Delete('session')
  @Operation(signOut)
  signOut(@Res({ passthrough: true }) reply: FastifyReply): void {
    void reply.clearCookie(SESSION_COOKIE, COOKIE);
  }

  @Get('me')
  @Operation(whoAmI)
  me(@From() { name, role }: Caller): Me {
    return { name, role };
  }
}
