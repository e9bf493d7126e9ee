import { Alert, decodeJson, isWatchRecord } from '@plimsoll/contracts';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

/** Hands every record to `take`; keeps no place. */
export function reading(take: (record: LogRecord) => void): PartitionHandler {
  return {
    assigned: () => Promise.resolve(undefined),
    batch(_partition, records) {
      records.forEach(take);
      return Promise.resolve();
    },
    revoked: () => Promise.resolve(),
  };
}

export function textOf(record: LogRecord): string {
  return Buffer.from(record.value).toString('utf8');
}

/** Whether a record of `verdicts` only tells how far a detector has come: another run says it at other moments. */
export function isWatermark(record: LogRecord): boolean {
  return textOf(record).startsWith('{"type":"watermark"');
}

/**
 * The last revision of each incident by identity, without what counts the revisions on the way. What is told of the
 * watch goes by the wall clock and is of no incident: a run whose services are killed may be silent for a minute.
 */
export function finalStates(records: readonly LogRecord[]): ReadonlyMap<string, string> {
  const last = new Map<string, Alert>();
  for (const record of records) {
    if (isWatchRecord(record)) continue;
    const alert = decodeJson(Alert, record.value, 'an alert');
    const known = last.get(alert.finding_info.uid);
    if (!known || alert.unmapped.revision >= known.unmapped.revision) last.set(alert.finding_info.uid, alert);
  }
  const states = new Map<string, string>();
  for (const [uid, { metadata, unmapped, ...rest }] of last) {
    if (unmapped.merged_into !== undefined) continue;
    const { revision: _revision, ...facts } = unmapped;
    states.set(uid, JSON.stringify({ ...rest, product: metadata.product, facts }));
  }
  return states;
}
