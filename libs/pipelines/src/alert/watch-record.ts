import {
  alertHeaders,
  encodeJson,
  identity,
  isoTime,
  OCSF_VERSION,
  TOPICS,
  US_PER_MS,
  WATCH_TYPES,
  watchActivityOf,
  type WatchEvent,
  type WatchSubject,
} from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { PRODUCT_VERSION } from './incident-alert.js';
import { cut } from './incident-words.js';

/** Names may be long: the subject stands whole in `unmapped`. */
const MAX_MESSAGE = 512;

/** A watch that was lost or regained, as it is told. */
export interface WatchChange {
  readonly subject: WatchSubject;
  readonly lost: boolean;
  /** When it was heard last before it was lost, wall clock; undefined where it never was. */
  readonly sinceMs: number | undefined;
  /** When this was found, wall clock. */
  readonly atMs: number;
}

/** Names the subject among all others. */
export function watchSubjectId({ application, workload, source, level }: WatchSubject): string {
  return identity('watch', application, workload ?? '', source ?? '', level ?? '');
}

/**
 * The change as a record of `alerts`, keyed by its subject. The id is a function of the subject and of when it was heard
 * last, so that a loss that is told twice, after a crash, is known again.
 */
export function watchRecord(change: WatchChange): OutgoingRecord {
  const { subject, lost, sinceMs, atMs } = change;
  const key = watchSubjectId(subject);
  const uid = identity(key, lost ? 'lost' : 'regained', sinceMs ?? 'never');
  const event: WatchEvent = {
    ...watchActivityOf(lost),
    category_uid: 1,
    category_name: 'System Activity',
    class_uid: 1008,
    class_name: 'Event Log Activity',
    time: atMs,
    message: cut(watchWords(change), MAX_MESSAGE),
    log_name: subject.source ?? subject.level ?? 'any source',
    log_provider: 'Plimsoll',
    metadata: {
      version: OCSF_VERSION,
      uid,
      labels: [`application:${subject.application}`],
      product: {
        name: 'Plimsoll',
        vendor_name: 'Plimsoll',
        version: PRODUCT_VERSION,
        feature: { uid: 'watch', name: 'alert-service' },
      },
    },
    unmapped: { ...subject, ...(sinceMs !== undefined && { since_ms: sinceMs }) },
  };
  const headers = alertHeaders({
    type: lost ? WATCH_TYPES.lost : WATCH_TYPES.regained,
    application: subject.application,
    id: uid,
    time: isoTime(atMs * US_PER_MS),
    incident: key,
    revision: atMs,
  });
  return { topic: TOPICS.alerts.name, key, value: encodeJson(event), headers };
}

function watchWords({ subject: { application, workload, source, level }, lost, sinceMs }: WatchChange): string {
  const what = workload === undefined ? application : `${application}/${workload}`;
  if (level !== undefined) {
    return lost
      ? `Watch lost: ${what} has not been scored at the level ${level} since ${timeOf(sinceMs)}; is the detector running?`
      : `Watch regained: ${what} is scored at the level ${level} again`;
  }
  if (source === undefined) {
    return lost
      ? `Watch lost: ${what} has active profiles, and no source of it is heard; is its collector running?`
      : `Watch regained: ${what} is heard`;
  }
  return lost
    ? `Watch lost: ${what} is not heard through ${source} since ${timeOf(sinceMs)}; is the collector running, and the application?`
    : `Watch regained: ${what} is heard through ${source} again`;
}

function timeOf(ms: number | undefined): string {
  return ms === undefined ? 'the start' : isoTime(ms * US_PER_MS);
}
