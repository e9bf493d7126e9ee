import { Alert, decodeJson } from '@plimsoll/contracts';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

/** Gives every record to `take`. */
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

export function textsOf(records: readonly LogRecord[]): string[] {
  return records.map(textOf).sort();
}

/** What a failure shows of an incident: the whole of it fills pages. */
export function summary(state: string): string {
  return state.slice(0, 600);
}

/** The last revision of each incident, without what counts the revisions on the way. */
export function finalStates(records: readonly LogRecord[]): string[] {
  const last = new Map<string, Alert>();
  for (const record of records) {
    const alert = decodeJson(Alert, record.value, 'an alert');
    const known = last.get(alert.finding_info.uid);
    if (!known || alert.unmapped.revision >= known.unmapped.revision) last.set(alert.finding_info.uid, alert);
  }
  return [...last.values()]
    .filter((alert) => alert.unmapped.merged_into === undefined)
    .map((alert) => {
      const { metadata, unmapped, ...rest } = alert;
      const { revision: _revision, ...facts } = unmapped;
      return JSON.stringify({ ...rest, product: metadata.product, facts });
    })
    .sort();
}

export async function until(done: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 90_000;
  while (!done() && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Waits until nothing came for two seconds. */
export async function quiet(records: readonly unknown[]): Promise<void> {
  for (let seen = -1; seen !== records.length;) {
    seen = records.length;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
