import { Readable } from 'node:stream';

import {
  BadRequestException,
  Controller,
  HttpCode,
  HttpException,
  Inject,
  type OnModuleDestroy,
  Post,
  Req,
  ServiceUnavailableException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { CollectorSettings } from '../collector-settings.js';
import { Publisher } from '../publisher.js';
import { COLLECTOR_SETTINGS } from '../tokens.js';
import { ReplayQuery } from './replay-query.js';
import { replayStream, type ReplayAnswer } from './replay-intake.js';

/** Streams taken in at a time; each holds a parser and a batch. */
const MAX_STREAMS = 64;

/**
 * `POST /v1/replay?application=…&workload=…&container=…&kind=…&stream=…`: the raw bytes of one source in, plain or with
 * `Content-Encoding: gzip`, as `application/octet-stream`. Answers 200 with counts once everything is durable. Sending
 * the same bytes again under the same stream name is harmless: identities repeat.
 */
@Controller('v1/replay')
export class ReplayController implements OnModuleDestroy {
  readonly #publisher: Publisher;
  readonly #settings: CollectorSettings;
  readonly #stopping = new AbortController();
  #streams = 0;

  constructor(@Inject(Publisher) publisher: Publisher, @Inject(COLLECTOR_SETTINGS) settings: CollectorSettings) {
    this.#publisher = publisher;
    this.#settings = settings;
  }

  @Post()
  @HttpCode(200)
  async replay(@Req() request: FastifyRequest): Promise<ReplayAnswer> {
    const query = ReplayQuery.safeParse(request.query);
    if (!query.success) throw new BadRequestException(z.prettifyError(query.error));
    const { body } = request;
    if (!(body instanceof Readable)) throw new UnsupportedMediaTypeException('send application/octet-stream');
    if (this.#streams >= MAX_STREAMS) throw new ServiceUnavailableException(`${MAX_STREAMS} streams are under way`);
    this.#streams += 1;
    const gzip = request.headers['content-encoding'] === 'gzip';
    try {
      const { privacy } = this.#settings;
      return await replayStream(query.data, privacy, body, gzip, this.#publisher, this.#stopping.signal);
    } catch (error) {
      throw httpError(error);
    } finally {
      this.#streams -= 1;
    }
  }

  /** A stream under way ends now: its sender begins it again. */
  onModuleDestroy(): void {
    this.#stopping.abort();
  }
}

function httpError(error: unknown): unknown {
  if (!(error instanceof PlimsollError)) return error;
  const { code, message, retriable } = error;
  return new HttpException({ code, message }, retriable || code === 'stopped' ? 503 : 400, { cause: error });
}
