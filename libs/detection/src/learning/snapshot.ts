import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** A number of a snapshot that counts something. */
export const Count = z.number().int().nonnegative();

/** First and last event time by stream. */
export const Spans = z.array(z.tuple([z.string(), z.object({ first: z.number(), last: z.number() })]));

/** What a learner holds, as bytes that another one of its kind reads: `detector` and `version` say which kind. */
export function encodeSnapshot(detector: string, version: number, held: object): Uint8Array {
  return Buffer.from(JSON.stringify({ snapshot: detector, version, held }));
}

/**
 * What `encodeSnapshot` wrote. Throws `unknown-version` where it is of another kind or release: learning from it would
 * be learning from something else.
 */
export function decodeSnapshot<T>(bytes: Uint8Array, detector: string, version: number, held: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new PlimsollError('unknown-version', `what was learned for ${detector} so far is not readable`, { cause });
  }
  const parsed = z.object({ snapshot: z.literal(detector), version: z.literal(version), held }).safeParse(value);
  if (parsed.success) return parsed.data.held;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new PlimsollError('unknown-version', `what was learned so far is not ${detector} of this release (${where})`);
}

/** Adds a stream's span to those known. */
export function addSpan(
  spans: Map<string, { first: number; last: number }>,
  stream: string,
  from: number,
  to = from,
): void {
  const known = spans.get(stream);
  spans.set(stream, { first: Math.min(known?.first ?? from, from), last: Math.max(known?.last ?? to, to) });
}

/** Puts `more` behind what the run of this name holds. */
export function addRun(runs: Map<string, number[]>, name: string, more: readonly number[]): void {
  const run = runs.get(name);
  if (run === undefined) runs.set(name, [...more]);
  else for (const score of more) run.push(score);
}
