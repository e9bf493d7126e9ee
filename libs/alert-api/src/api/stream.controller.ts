import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import { Controller, Get, Inject, Logger, type OnModuleDestroy, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { Caller } from './access-tokens.js';
import { AccessGuard, From } from './access.guard.js';
import { API_PARTS } from './injection.js';
import { Operation, type OperationSpec } from './operation.js';
import type { ApiParts } from './parts.js';
import { ProblemError, ProblemFilter } from './problem.js';
import { IncidentSummary, summaryOf } from './views.js';

/** How often the store is asked for changes, and how long a stream may say nothing. */
const POLL_MS = 500;
const PING_MS = 15_000;
const MAX_STREAMS = 200;
const STREAMS_OF_HOLDER = 10;
const BATCH = 100;
/** A reader that takes nothing for so long is let go; it resumes where it was. */
const STALL_MS = 30_000;

const streamIncidents = {
  id: 'streamIncidents',
  summary: 'Changes of incidents as server-sent events; resumes after `Last-Event-ID`',
  role: 'viewer',
  headers: z.strictObject({
    'Last-Event-ID': z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
  }),
  response: IncidentSummary,
  produces: 'text/event-stream',
  problems: [429, 503],
} as const satisfies OperationSpec;

const LastEventId = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/**
 * Incidents as they change. Each event's id is the change's sequence: a reader that comes back with it gets the latest
 * state of every incident changed since, each once. Without it, the stream begins now. For an id
 * ahead of the store's, which is from elsewhere or from before its data was lost, the reader gets the latest state of every
 * incident.
 */
@Controller('api/v1/stream')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class StreamController implements OnModuleDestroy {
  readonly #log = new Logger('api');
  /** One for each open stream, and whose it is. */
  readonly #streams = new Map<AbortController, string>();

  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  onModuleDestroy(): void {
    for (const stream of this.#streams.keys()) stream.abort();
  }

  @Get()
  @Operation(streamIncidents)
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @From() { name }: Caller): Promise<void> {
    const own = [...this.#streams.values()].filter((holder) => holder === name);
    const { streamsOfHolder = STREAMS_OF_HOLDER } = this.parts;
    if (own.length >= streamsOfHolder) {
      const message = `${streamsOfHolder} streams of this token are open`;
      throw new ProblemError(429, 'too-many', message, { 'retry-after': String(STALL_MS / 1_000) });
    }
    if (this.#streams.size >= MAX_STREAMS) throw new ProblemError(503, 'too-many-streams', 'too many streams are open');
    // Counted from here on: what is asked of the store meanwhile lets nobody pass.
    const ending = new AbortController();
    this.#streams.set(ending, name);
    let from: number;
    try {
      from = await this.#startOf(request);
    } catch (error) {
      this.#streams.delete(ending);
      throw error;
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.on('close', () => {
      ending.abort();
    });
    if (response.destroyed) ending.abort();
    try {
      await this.#send(response, from, ending.signal);
    } catch (error) {
      // The store is away or the reader stalled: the reader comes back with the last id it got, and loses nothing.
      if (!ending.signal.aborted) this.#log.warn({ err: error }, 'a stream of incidents ended early');
    } finally {
      this.#streams.delete(ending);
      response.destroy();
    }
  }

  async #startOf({ headers }: FastifyRequest): Promise<number> {
    const given = headers['last-event-id'];
    if (given === undefined) return this.parts.incidents.latestSequence();
    const parsed = LastEventId.safeParse(given);
    if (!parsed.success) throw new ProblemError(400, 'bad-request', 'Last-Event-ID is the id of an event');
    return parsed.data;
  }

  async #send(response: ServerResponse, from: number, signal: AbortSignal): Promise<void> {
    const { incidents, clock } = this.parts;
    let sequence = from;
    let quietSinceMs = clock.nowMs();
    await write(response, `retry: 2000\nid: ${sequence}\n\n`, signal);
    while (!signal.aborted) {
      const changed = await incidents.changesSince(sequence, BATCH);
      if (changed.length === 0 && (await incidents.latestSequence()) < sequence) {
        // The store lost its data and has saved nothing since, or the reader's id is from elsewhere: all it has is news.
        sequence = 0;
        continue;
      }
      const suppressions = changed.length > 0 ? await incidents.suppressions() : [];
      for (const record of changed) {
        sequence = record.sequence;
        const summary = summaryOf(record, suppressions);
        if (summary === undefined) continue;
        await write(response, `event: incident\nid: ${sequence}\ndata: ${JSON.stringify(summary)}\n\n`, signal);
        quietSinceMs = clock.nowMs();
      }
      if (changed.length === BATCH) continue;
      if (clock.nowMs() - quietSinceMs >= PING_MS) {
        await write(response, ': still here\n\n', signal);
        quietSinceMs = clock.nowMs();
      }
      await clock.sleep(POLL_MS, signal);
    }
  }
}

/** Writes, and waits while the reader is slower than we are; a reader that stalls is cut off. */
async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(text)) return;
  const stalled = setTimeout(() => response.destroy(), STALL_MS);
  try {
    await once(response, 'drain', { signal });
  } finally {
    clearTimeout(stalled);
  }
}
