import { encodeJson, PlimsollError, TOPICS, type DeadLetter } from '@plimsoll/contracts';

import type { LogRecord, OutgoingRecord } from './event-log.js';

/** Why a record is not used. */
export interface Refusal {
  readonly reason: string;
  readonly detail: string;
}

const MAX_REASON = 64;
const MAX_DETAIL = 1024;
const MAX_KEY = 512;
const HEAD_BYTES = 512;

/** The refusal that an error stands for. What is not ours is told by its name alone: its message may quote the record. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof PlimsollError) return { reason: error.code, detail: error.message };
  return { reason: 'internal-error', detail: error instanceof Error ? error.name : 'thrown value' };
}

/** The dead letter of `record`: where it was, how big, and why it was refused. What `logs` carries is never copied. */
export function deadLetterOf(record: LogRecord, refusal: Refusal, by: string): OutgoingRecord {
  const { topic, partition, offset, key, value } = record;
  const letter: DeadLetter = {
    schema: 1,
    origin: { topic, partition, offset, key: key?.slice(0, MAX_KEY) ?? null },
    reason: refusal.reason.slice(0, MAX_REASON),
    detail: refusal.detail.slice(0, MAX_DETAIL),
    sizeBytes: value.byteLength,
    ...(topic === TOPICS.logs.name ? {} : { head: headOf(value) }),
    by: by.slice(0, 128),
  };
  return { topic: TOPICS.deadLetters.name, key: key?.slice(0, MAX_KEY) ?? topic, value: encodeJson(letter) };
}

function headOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, HEAD_BYTES)).toString('base64');
}
