import {
  decodeJson,
  decodeSyscallBatch,
  PROGRESS_HEADER,
  encodeJson,
  encodeSyscallBatch,
  identity,
  LogEvent,
  PlimsollError,
  timeAfter,
  TOPICS,
  type Gap,
  type LogGap,
  type SyscallBatch,
} from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

/** Containers and keys that one loss is announced to; the newest where it concerns more. */
const MAX_ANNOUNCED = 16_384;
/** Words of digests that are saved from lost batches, so that later batches are still explained. */
const MAX_NAMES = 1_024;

/**
 * Gaps in place of records that were lost: for each container and stream, and for each key of `logs`, one record with
 * the time from its first lost event to its last, their number and the cause. Records of other topics are left out.
 */
export function announceLoss(lost: readonly OutgoingRecord[], cause: Gap['cause']): OutgoingRecord[] {
  const calls = new Map<string, LostCalls>();
  const events = new Map<string, LostEvents>();
  for (const { topic, value, headers } of lost) {
    if (headers?.[PROGRESS_HEADER] !== undefined) continue;
    if (topic === TOPICS.syscalls.name)
      loseCalls(
        calls,
        read(() => decodeSyscallBatch(value)),
      );
    else if (topic === TOPICS.logs.name)
      loseEvent(
        events,
        read(() => decodeJson(LogEvent, value, 'a spooled event')),
      );
  }
  return [
    ...newest(calls).map((each) => callsRecord(each, cause)),
    ...newest(events).map((each) => eventsRecord(each, cause)),
  ];
}

interface LostCalls {
  batch: SyscallBatch;
  startUs: number;
  endUs: number;
  lost: number;
  readonly names: Map<number, string>;
}

interface LostEvents {
  event: LogEvent;
  startUs: number;
  endUs: number;
  lost: number;
}

/** A spooled record was encoded by this collector; one of an older release may be of a form that this one refuses. */
function read<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof PlimsollError) return undefined;
    throw error;
  }
}

function loseCalls(all: Map<string, LostCalls>, batch: SyscallBatch | undefined): void {
  if (!batch) return;
  const key = JSON.stringify([batch.container, batch.stream]);
  const [startUs, endUs] = [batch.baseTimeUs, batch.baseTimeUs + (batch.offsetsUs.at(-1) ?? 0) + 1];
  const sooner = batch.gaps.map((gap) => gap.startUs);
  const before = batch.gaps.reduce((sum, gap) => sum + (gap.lost ?? 0), 0);
  const known = all.get(key) ?? { batch, startUs, endUs, lost: 0, names: new Map<number, string>() };
  known.batch = batch;
  known.startUs = Math.min(known.startUs, startUs, ...sooner);
  known.endUs = Math.max(known.endUs, endUs);
  known.lost += batch.count + before;
  for (const [digest, text] of batch.names) if (known.names.size < MAX_NAMES) known.names.set(digest, text);
  all.delete(key);
  all.set(key, known);
}

function loseEvent(all: Map<string, LostEvents>, event: LogEvent | undefined): void {
  if (!event) return;
  const key = JSON.stringify([event.key, event.stream]);
  const startUs = event.type === 'gap' ? event.gap.startUs : event.timeUs;
  const known = all.get(key) ?? { event, startUs, endUs: event.timeUs + 1, lost: 0 };
  known.event = event;
  known.startUs = Math.min(known.startUs, startUs);
  known.endUs = Math.max(known.endUs, event.timeUs + 1);
  known.lost += event.type === 'gap' ? (event.gap.lost ?? 0) : 1;
  all.delete(key);
  all.set(key, known);
}

function newest<T>(all: ReadonlyMap<string, T>): T[] {
  return [...all.values()].slice(-MAX_ANNOUNCED);
}

function callsRecord({ batch, startUs, endUs, lost, names }: LostCalls, cause: Gap['cause']): OutgoingRecord {
  const announcement = { ...timeAfter(batch, endUs), names, gaps: [{ startUs, endUs, lost, cause }] };
  return { topic: TOPICS.syscalls.name, key: batch.container, value: encodeSyscallBatch(announcement) };
}

function eventsRecord({ event, startUs, endUs, lost }: LostEvents, cause: Gap['cause']): OutgoingRecord {
  const { application, workload, container, stream, key } = event;
  const announcement: LogGap = {
    application,
    workload,
    container,
    schema: 1,
    id: identity('loss', stream, key, startUs, endUs, lost),
    timeUs: endUs,
    stream,
    key,
    type: 'gap',
    of: event.type === 'gap' ? event.of : event.type,
    gap: { startUs, endUs, lost, cause },
  };
  return { topic: TOPICS.logs.name, key, value: encodeJson(announcement) };
}
