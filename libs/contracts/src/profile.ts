import { createHash } from 'node:crypto';

import { z } from 'zod';

import { PlimsollError } from './errors.js';

/** Which part of the stream a profile was learned from. */
export const LearnedFrom = z.object({
  topic: z.string().min(1),
  /** Event time of the first and the last message used. */
  startUs: z.number().nonnegative(),
  endUs: z.number().nonnegative(),
  /** Messages learned from, calibrated on, and left out because they lie in an incident. */
  learned: z.number().int().nonnegative(),
  calibrated: z.number().int().nonnegative(),
  leftOut: z.number().int().nonnegative(),
  /** Incidents that were left out, and those that an analyst marked benign and that were learned from. */
  incidents: z.array(z.string().max(64)).max(1_000),
  benignIncidents: z.array(z.string().max(64)).max(1_000),
});
export type LearnedFrom = z.infer<typeof LearnedFrom>;

/**
 * The immutable, versioned benign-behaviour model of one workload for one detector, with its calibration: one readable
 * JSON file. `version` is the first 16 hex digits of SHA-256 over everything else, so an altered file is refused.
 * `model` belongs to the detector, which parses it with a schema of its own.
 */
export const ProfileFile = z.object({
  schema: z.literal(1),
  application: z.string().min(1),
  workload: z.string().min(1),
  detector: z.string().min(1),
  version: z.string().length(16),
  /** What it learned from: streams, events, and how complete the learning was. */
  learned: z.object({
    streams: z.array(z.string()).max(10_000),
    events: z.number().int().nonnegative(),
    /** Estimated probability that the next benign window holds something never seen (Good–Turing); 0 is complete. */
    novelty: z.number().min(0).max(1),
    complete: z.boolean(),
    notes: z.array(z.string()),
    /** Present where requests or statements of the application were learned too: its calls are not all that is seen of it. */
    beside: z.literal('requests').optional(),
    /** Present where it was learned from a range of a topic. */
    from: LearnedFrom.optional(),
  }),
  model: z.unknown(),
});
export type ProfileFile = z.infer<typeof ProfileFile>;

/** The profile with its version filled in from its content. */
export function sealProfile(content: Omit<ProfileFile, 'version' | 'schema'>): ProfileFile {
  const { application, workload, detector, model } = content;
  // In the order of the schema, in which whoever opens the file will read it.
  const learned = ProfileFile.shape.learned.parse(content.learned);
  const body = { schema: 1 as const, application, workload, detector, learned, model };
  return { ...body, version: hashOf(body) };
}

/** The profile in `value`. Throws `bad-profile` where the form is wrong or the content does not match the version. */
export function openProfile(value: unknown): ProfileFile {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof schema === 'number' && schema !== 1) {
    throw new PlimsollError(
      'bad-profile',
      `a profile of schema ${schema}, written by another version of Plimsoll; this one reads schema 1: learn it anew`,
    );
  }
  const parsed = ProfileFile.safeParse(value);
  if (!parsed.success) {
    throw new PlimsollError('bad-profile', `not a profile: ${parsed.error.issues[0]?.path.join('.') || 'no object'}`);
  }
  const { version, ...body } = parsed.data;
  if (hashOf(body) !== version) {
    throw new PlimsollError('bad-profile', `profile ${version} was altered: its content has another hash`);
  }
  return parsed.data;
}

/** The profile in a file's bytes. Throws `bad-profile` where they are cut, or as `openProfile` does. */
export function readProfile(bytes: Uint8Array): ProfileFile {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new PlimsollError('bad-profile', 'a profile that is not JSON, so it is damaged or cut: learn it anew', {
      cause,
    });
  }
  return openProfile(value);
}

function hashOf(body: Omit<ProfileFile, 'version'>): string {
  const { schema, application, workload, detector, learned, model } = body;
  const canonical = JSON.stringify({ schema, application, workload, detector, learned, model });
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}
