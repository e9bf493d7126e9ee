import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Lets bodies of unknown length through as streams: whoever takes them in reads them as they come. */
export function streamBodies(application: NestFastifyApplication): void {
  const server = application.getHttpAdapter().getInstance();
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });
}
