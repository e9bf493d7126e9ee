import { createGunzip } from 'node:zlib';
import { PassThrough, type Readable } from 'node:stream';

import { PlimsollError } from '@plimsoll/contracts';
import { CollectorPipeline, type CollectorMessage } from '@plimsoll/pipelines';
import { openParser, type SourceContext, type SourceCounts } from '@plimsoll/sources';

import type { Publisher } from '../publisher.js';
import type { ReplayQuery } from './replay-query.js';

/** What became of one replayed stream; every message counted is durable in the event log. */
export interface ReplayAnswer extends SourceCounts {
  readonly messages: number;
}

/** Longest silence of a sender; one that is held back by us is not silent. */
const IDLE_MS = 60_000;

/**
 * Reads one source's bytes to their end and publishes what they say. The sender is read no faster than the log takes
 * it. Holds one chunk, one batch of calls and one publication.
 */
export async function replayStream(
  query: ReplayQuery,
  privacy: Pick<SourceContext, 'privacy' | 'digestKey'>,
  body: Readable,
  gzip: boolean,
  publisher: Publisher,
  signal: AbortSignal,
): Promise<ReplayAnswer> {
  const { kind, stream, application, workload, container } = query;
  const where = { application, workload, container };
  const parser = openParser(kind, { ...where, stream, ...privacy });
  const pipeline = new CollectorPipeline(where, stream);
  const clock = await publisher.clockOf(stream);
  let messages = 0;
  const publish = async (found: readonly CollectorMessage[]): Promise<void> => {
    await publisher.replay(found, clock, signal);
    messages += found.length;
  };
  for await (const chunk of chunksOf(body, gzip, signal)) {
    await publish(parser.push(chunk).flatMap((item) => pipeline.push(item)));
  }
  await publish(parser.end().flatMap((item) => pipeline.push(item)));
  await publisher.ended(clock, signal);
  return { ...parser.counts, messages };
}

/** The body's bytes, unpacked. Throws `unreadable-file` for bad gzip, `unavailable` for a sender that fell silent. */
async function* chunksOf(body: Readable, gzip: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  // Never the body itself: destroyed, it would take its connection with it, and the answer that says why.
  const bytes = body.pipe(gzip ? createGunzip() : new PassThrough());
  body.on('error', (error) => bytes.destroy(error));
  const stop = (): void => void bytes.destroy(new PlimsollError('stopped', 'the collector is stopping'));
  signal.addEventListener('abort', stop);
  const silent = (): void => void bytes.destroy(new PlimsollError('unavailable', `nothing came for ${IDLE_MS} ms`));
  let idle = setTimeout(silent, IDLE_MS);
  try {
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      clearTimeout(idle);
      yield chunk;
      idle = setTimeout(silent, IDLE_MS);
    }
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('unreadable-file', gzip ? 'the body is not whole gzip' : 'the body ended early', {
      cause: error,
    });
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', stop);
  }
}
