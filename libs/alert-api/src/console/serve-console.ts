import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';

/** Where the console lives; its router and its built files hold the same path. */
const BASE = '/console';
const YEAR_S = 31_536_000;

/**
 * Nothing runs, is styled, shown or asked but what this service gave out; no script is made from text. What attackers
 * wrote into an incident is data, and stays so even where a view forgot.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/**
 * Serves the built console in `folder` under `/console/`, and sends `/` there. Every address below it that is no file
 * is a view of the console's own router.
 */
export function serveConsole(application: NestFastifyApplication, folder: string): void {
  const server = application.getHttpAdapter().getInstance();
  server.get('/', (_request, reply) => reply.redirect(`${BASE}/`));
  server.get(BASE, (_request, reply) => reply.redirect(`${BASE}/`));
  void server.register(
    (console, _options, done) => {
      void console.register(fastifyStatic, {
        root: folder,
        setHeaders: (reply, path) => {
          // Built files carry a digest in their name; the page that names them is asked for anew.
          const lasting = path.includes('/assets/');
          void reply.header('cache-control', lasting ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
        },
      });
      console.addHook('onSend', (_request, reply, payload, next) => {
        secure(reply);
        next(null, payload);
      });
      console.setNotFoundHandler((_request, reply) => reply.sendFile('index.html'));
      done();
    },
    { prefix: BASE },
  );
}

function secure(reply: FastifyReply): void {
  void reply.headers({
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
}
