import { z } from 'zod';

import { PlimsollError } from './errors.js';

/** What an alert record tells in its headers, so that a reader can route it without opening the value. */
export const ALERT_TYPES = {
  create: 'io.plimsoll.incident.created',
  update: 'io.plimsoll.incident.updated',
  close: 'io.plimsoll.incident.closed',
  status: 'io.plimsoll.incident.status',
} as const;
/** Records on `alerts` that are of no incident: a `WatchEvent`. */
export const WATCH_TYPES = { lost: 'io.plimsoll.watch.lost', regained: 'io.plimsoll.watch.regained' } as const;
const RECORD_TYPES = { ...ALERT_TYPES, ...WATCH_TYPES } as const;
export type AlertType = (typeof RECORD_TYPES)[keyof typeof RECORD_TYPES];

/** Whether a record on `alerts` tells of the watch, so that who reads incidents passes it over. */
export function isWatchRecord({ headers }: { readonly headers: Readonly<Record<string, string>> }): boolean {
  const type = headers['ce_type'];
  return type === WATCH_TYPES.lost || type === WATCH_TYPES.regained;
}

/** Headers of a record on `alerts`: CloudEvents 1.0, Kafka binary mode. `ce_revision` is an extension attribute. */
export const AlertHeaders = z.object({
  ce_specversion: z.literal('1.0'),
  ce_type: z.enum(RECORD_TYPES),
  /** `/plimsoll/APPLICATION`, percent-encoded. */
  ce_source: z.string().min(1).max(1024),
  /** A function of incident and content: a message that comes again has it again. */
  ce_id: z.string().min(1).max(128),
  /** Event time of the change, RFC 3339. */
  ce_time: z.string().max(64),
  /** Identity of the incident, or of what is watched; the record's key too. */
  ce_subject: z.string().min(1).max(128),
  ce_revision: z.string().regex(/^\d{1,15}$/),
  'content-type': z.literal('application/json'),
});
export type AlertHeaders = z.infer<typeof AlertHeaders>;

/** Decisions that an incident takes: their number is part of the revision. */
export const MAX_DECISION_NUMBER = 999;

/**
 * The revision of a message: no other of its incident has it, and later ones are higher. Fusion's are whole thousands;
 * a decision that was made, or stands, after one of them adds its own number.
 */
export function messageRevision(fusionRevision: number, decisionNumber = 0): number {
  return fusionRevision * (MAX_DECISION_NUMBER + 1) + Math.min(decisionNumber, MAX_DECISION_NUMBER);
}

/** The headers of an alert. */
export function alertHeaders(of: {
  readonly type: AlertType;
  readonly application: string;
  readonly id: string;
  readonly time: string;
  readonly incident: string;
  readonly revision: number;
}): AlertHeaders {
  return {
    ce_specversion: '1.0',
    ce_type: of.type,
    ce_source: `/plimsoll/${encodeURIComponent(wellFormed(of.application))}`,
    ce_id: of.id,
    ce_time: of.time,
    ce_subject: of.incident,
    ce_revision: String(of.revision),
    'content-type': 'application/json',
  };
}

/** The headers as they came with a record. Throws `bad-message`, naming the header that is wrong. */
export function readAlertHeaders(headers: Readonly<Record<string, string>>): AlertHeaders {
  const parsed = AlertHeaders.safeParse(headers);
  if (parsed.success) return parsed.data;
  const name = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new PlimsollError('bad-message', `an alert: header ${name} is not as CloudEvents has it`);
}

/** Half a surrogate pair, which JSON can carry, has no percent encoding. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString('utf8');
}
