import type { z } from 'zod';

import { PlimsollError } from './errors.js';
import { plainCheck, type PlainCheck } from './plain-check.js';

/** Largest JSON message that a decoder looks at. */
export const MAX_JSON_BYTES = 1_048_576;

/** JSON in UTF-8. Keys keep the order in which the value was built, so equal inputs give equal bytes. */
export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/**
 * The value in `bytes` as `schema` knows it. Throws `too-large`, `bad-message`, or `unknown-version` where the message
 * names a schema number that this release does not read. The error names the field that is wrong, never its content.
 */
export function decodeJson<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  if (bytes.byteLength > MAX_JSON_BYTES) {
    throw new PlimsollError('too-large', `${what}: ${bytes.byteLength} bytes, the limit is ${MAX_JSON_BYTES}`);
  }
  const value = parseJson(bytes, what);
  if (plainCheckOf(schema)?.(value)) return value as T;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  const code = path === 'schema' ? 'unknown-version' : 'bad-message';
  throw new PlimsollError(
    code,
    `${what}: ${path === '' ? 'value' : path} is not as its schema says (${issue?.code ?? 'invalid'})`,
  );
}

const plainChecks = new WeakMap<z.ZodType, { readonly check: PlainCheck | undefined }>();

function plainCheckOf(schema: z.ZodType): PlainCheck | undefined {
  let known = plainChecks.get(schema);
  if (known === undefined) plainChecks.set(schema, (known = { check: plainCheck(schema) }));
  return known.check;
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw new PlimsollError('bad-message', `${what}: not JSON`);
  }
}
