import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import { PlimsollError } from '@plimsoll/contracts';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import type { IntakeToken } from './intake-tokens.js';

export interface IntakeServerOptions {
  readonly host: string;
  /** 0 lets the system choose; see `address`. */
  readonly port: number;
  /** Without it the server speaks plain HTTP. */
  readonly tls?: {
    readonly cert: string | Buffer;
    readonly key: string | Buffer;
    /** Clients must show a certificate of this authority. */
    readonly clientCa?: string | Buffer;
  };
  /** Clients must send `Authorization: Bearer …` with it. */
  readonly bearerToken?: string;
  /** Further tokens, by their hashes, each for the applications it names alone. */
  readonly boundTokens?: readonly IntakeToken[];
  /** Neither certificate nor token is asked for. Without one of the three the server does not start. */
  readonly allowAnonymous?: boolean;
  readonly maxBodyBytes: number;
  /** What all requests under way may hold together; one more is answered 429. Default four of the largest. */
  readonly maxHeldBytes?: number;
  /** Told of each request that was not taken, with its status. */
  readonly onRefused?: (status: number, reason: string) => void;
}

/** A request that was let in: its body, unpacked, and what stands in its address. */
export interface IntakeRequest {
  readonly body: Buffer;
  /** The applications that the sender may speak for; undefined where its token is bound to none. */
  readonly applications: readonly string[] | undefined;
  readonly query: unknown;
}

interface Sender {
  readonly digest: Buffer;
  readonly applications: readonly string[] | undefined;
}

/** Refuses what a sender says of an application that its token is not for. */
export function checkMaySend({ applications }: Pick<IntakeRequest, 'applications'>, application: string): void {
  if (applications === undefined || applications.includes(application)) return;
  throw new PlimsollError('bad-message', 'this token is not for the application that is named', { retriable: false });
}

/** Takes one request in; what it resolves to is the body of the answer 200. */
export type Take = (request: IntakeRequest) => Promise<object>;

const REQUEST_TIMEOUT_MS = 60_000;
const RETRY_AFTER_S = 1;

/**
 * HTTP(S) for sources that push: who may send, how much at a time, and what each failure is answered with. 200 means
 * that what was sent is safe; 400 and 413 that sending it again is useless; 401 that the sender is unknown; 429 and 503
 * that it shall try again.
 *
 * On fastify, which the services use already: it bounds bodies while they come, times slow senders out and closes
 * gracefully, each of which plain `node:http` leaves to its user.
 */
export class IntakeServer {
  readonly #options: IntakeServerOptions;
  readonly #server: FastifyInstance;
  readonly #senders: readonly Sender[];
  readonly #admitted = new WeakMap<FastifyRequest, Sender>();
  #heldBytes = 0;

  constructor(options: IntakeServerOptions) {
    const { tls, bearerToken, boundTokens = [], allowAnonymous, maxBodyBytes } = options;
    const tokens = bearerToken !== undefined || boundTokens.length > 0;
    if (tls?.clientCa === undefined && !tokens && allowAnonymous !== true) {
      throw new PlimsollError('bad-configuration', 'intake over HTTP needs a bearer token or client certificates');
    }
    this.#options = options;
    this.#senders = [
      ...(bearerToken === undefined ? [] : [{ digest: digestOf(bearerToken), applications: undefined }]),
      ...boundTokens.map(({ sha256, applications }) => ({ digest: Buffer.from(sha256, 'hex'), applications })),
    ];
    const common = { bodyLimit: maxBodyBytes, requestTimeout: REQUEST_TIMEOUT_MS, logger: false, forceCloseConnections: 'idle' as const }; // prettier-ignore
    this.#server = tls ? Fastify({ ...common, https: tlsOptions(tls) }) : Fastify(common);
    this.#server.removeAllContentTypeParsers();
    this.#server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    this.#server.addHook('onRequest', async (request, reply) => this.#admit(request, reply));
  }

  /** Requests to `POST path`; `onTooLarge` is told of each body that was refused for its size. */
  post(path: string, take: Take, onTooLarge?: () => void): void {
    const errorHandler = (error: FastifyError | PlimsollError, _request: FastifyRequest, reply: FastifyReply): void => {
      if (this.#refuseFor(error, reply) === 413) onTooLarge?.();
    };
    this.#server.post(path, { errorHandler }, (request) =>
      take({
        body: this.#unpacked(request),
        query: request.query,
        applications: this.#admitted.get(request)?.applications,
      }),
    );
  }

  /** Where it listens, once it does. */
  get address(): AddressInfo {
    return this.#server.server.address() as AddressInfo;
  }

  async listen(): Promise<void> {
    await this.#server.listen({ host: this.#options.host, port: this.#options.port });
  }

  /** Lets the requests under way end and takes no more. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!this.#knows(request)) return this.#refuse(reply, 401, 'unauthorised', 'who sends this is not known');
    const { maxBodyBytes, maxHeldBytes = 4 * maxBodyBytes } = this.#options;
    const announced = Number(request.headers['content-length'] ?? maxBodyBytes);
    const bytes = Number.isFinite(announced) ? Math.min(announced, maxBodyBytes) : maxBodyBytes;
    if (this.#heldBytes + bytes > maxHeldBytes) return this.#refuse(reply, 429, 'busy', 'too much is under way');
    this.#heldBytes += bytes;
    // Closed is the one event that comes once, however the request ends.
    reply.raw.once('close', () => {
      this.#heldBytes -= bytes;
    });
    return undefined;
  }

  #knows(request: FastifyRequest): boolean {
    if (this.#senders.length === 0) return true;
    const [, given] = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(request.headers.authorization ?? '') ?? [];
    if (given === undefined) return false;
    const digest = digestOf(given);
    const sender = this.#senders.find((each) => timingSafeEqual(digest, each.digest));
    if (sender !== undefined) this.#admitted.set(request, sender);
    return sender !== undefined;
  }

  #unpacked({ body, headers }: FastifyRequest): Buffer {
    if (!Buffer.isBuffer(body)) return Buffer.alloc(0);
    if (headers['content-encoding'] !== 'gzip') return body;
    try {
      return gunzipSync(body, { maxOutputLength: this.#options.maxBodyBytes });
    } catch (cause) {
      const tooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      throw new PlimsollError(
        tooLarge ? 'too-large' : 'bad-message',
        'the body is no gzip of a body within the limit',
        {
          cause,
        },
      );
    }
  }

  /** Answers a failure; says with which status. */
  #refuseFor(error: FastifyError | PlimsollError, reply: FastifyReply): number {
    const status = statusOf(error);
    this.#refuse(reply, status, error.code, status === 500 ? 'internal failure' : error.message);
    return status;
  }

  #refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
    this.#options.onRefused?.(status, message);
    if (status === 429 || status === 503) void reply.header('retry-after', RETRY_AFTER_S);
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    // The rest of a body that nobody reads would keep the connection busy.
    if (status === 401 || status === 429) void reply.header('connection', 'close');
    return reply.code(status).send({ code, message });
  }
}

function statusOf(error: FastifyError | PlimsollError): number {
  if (!(error instanceof PlimsollError)) {
    return error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
  }
  if (error.retriable || error.code === 'stopped') return 503;
  return error.code === 'too-large' ? 413 : 400;
}

function tlsOptions({ cert, key, clientCa }: NonNullable<IntakeServerOptions['tls']>): object {
  const base = { cert, key, minVersion: 'TLSv1.2' as const };
  return clientCa === undefined ? base : { ...base, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
