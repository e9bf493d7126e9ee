import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { Minute } from '../chance/minute.js';

/** What one container is remembered by: the open minute. Under 1 KiB. */
export const ProcessState = z.object({ minute: Minute.optional() });
export type ProcessState = z.infer<typeof ProcessState>;

const VERSION = 1;

export function startProcessState(): ProcessState {
  return { minute: undefined };
}

export function encodeProcessState(state: ProcessState): Uint8Array {
  return Buffer.from(JSON.stringify({ version: VERSION, ...state }));
}

export function decodeProcessState(bytes: Uint8Array): ProcessState {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new PlimsollError('unknown-version', "the state of a container's programs is not readable", { cause });
  }
  const parsed = ProcessState.extend({ version: z.literal(VERSION) }).safeParse(value);
  if (!parsed.success)
    throw new PlimsollError('unknown-version', "the state of a container's programs has another form");
  return { minute: parsed.data.minute };
}
