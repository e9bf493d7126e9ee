import cookie from '@fastify/cookie';
import { type DynamicModule, Inject, Module, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { PRODUCT_VERSION } from '@plimsoll/pipelines';
import { systemClock } from '@plimsoll/streaming';

import { AccessGuard, admit, type Access } from './access.guard.js';
import type { AccessTokens } from './access-tokens.js';
import { IncidentsController } from './incidents.controller.js';
import { API_ACCESS, API_PARTS } from './injection.js';
import { OidcSignIn } from './oidc-sign-in.js';
import type { OidcSettings } from './oidc-settings.js';
import { OPENAPI_DOCUMENT, OpenApiController, UnknownPathController } from './openapi.controller.js';
import { openApiDocument } from './openapi.js';
import { OverviewController } from './overview.controller.js';
import type { ApiParts } from './parts.js';
import { framedProblem, ProblemError, refuse } from './problem.js';
import { ProfilesController } from './profiles.controller.js';
import { RateLimiter, type RateLimit } from './rate-limiter.js';
import { SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';
import { StreamController } from './stream.controller.js';
import { SuppressionsController } from './suppressions.controller.js';
import { SystemController } from './system.controller.js';
import { TransferController } from './transfer.controller.js';

/** Every controller that serves operations; the OpenAPI document is made from them. */
export const API_CONTROLLERS: readonly Type[] = [
  IncidentsController,
  StreamController,
  SuppressionsController,
  ProfilesController,
  SystemController,
  OverviewController,
  SessionController,
  TransferController,
];

/** A page of an export: a hundred incidents with all their evidence. */
const IMPORT_BYTES = 32 << 20;

/** What the interface is built from. */
export interface AlertApiOptions extends Omit<ApiParts, 'clock'>, Partial<Pick<ApiParts, 'clock'>> {
  readonly tokens: AccessTokens;
  /** Signs browser sessions; replicas share it. Default: one of this process, whose sessions end with it. */
  readonly sessionKey?: string;
  /** Lets people sign in at an identity provider. */
  readonly oidc?: OidcSettings;
  /** Requests of one holder. Default: 200 at once, 50 a second. */
  readonly requestLimit?: RateLimit;
  /** Refused tokens from one address. Default: 20 at once, one in 5 seconds. */
  readonly failureLimit?: RateLimit;
}

/** The alert service's HTTP interface under `/api/v1`. */
@Module({})
export class AlertApiModule {
  /** What Fastify refuses before an operation is reached is told as a problem too, and repeats nothing of the request. */
  constructor(
    @Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost<FastifyAdapter>,
    @Inject(API_ACCESS) access: Access,
  ) {
    const server = httpAdapter.getInstance();
    void server.register(cookie);
    server.addHook('onRoute', (route) => {
      if (route.url !== '/api/v1/import') return;
      route.bodyLimit = IMPORT_BYTES;
      // The guard comes after the body was read: so much is read from those alone who may send it.
      route.onRequest = (request, reply, done) => {
        try {
          admit(access, request, 'admin');
          done();
        } catch (error) {
          if (error instanceof ProblemError) refuse(reply, error);
          else done(error as Error);
        }
      };
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      const plain = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
      if (reply.statusCode < 400 || reply.statusCode >= 500 || !plain || !request.url.startsWith('/api/')) {
        done(null, payload);
        return;
      }
      const text = framedProblem(reply.statusCode);
      void reply.header('content-type', 'application/problem+json').header('content-length', Buffer.byteLength(text));
      done(null, text);
    });
  }

  static register(options: AlertApiOptions): DynamicModule {
    const { tokens, sessionKey, oidc, requestLimit, failureLimit, clock = systemClock, ...given } = options;
    const parts: ApiParts = { ...given, clock };
    const access: Access = {
      tokens,
      sessions: new Sessions(tokens, sessionKey),
      oidc: oidc && new OidcSignIn(oidc),
      clock,
      requests: new RateLimiter(requestLimit ?? { burst: 200, perSecond: 50 }),
      failures: new RateLimiter(failureLimit ?? { burst: 20, perSecond: 0.2 }),
    };
    return {
      module: AlertApiModule,
      controllers: [...API_CONTROLLERS, OpenApiController, UnknownPathController],
      providers: [
        AccessGuard,
        { provide: API_ACCESS, useValue: access },
        { provide: API_PARTS, useValue: parts },
        { provide: OPENAPI_DOCUMENT, useValue: openApiDocument(API_CONTROLLERS, PRODUCT_VERSION) },
      ],
    };
  }
}
