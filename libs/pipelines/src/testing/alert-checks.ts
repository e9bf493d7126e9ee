import { readFileSync } from 'node:fs';

import { Alert, decodeJson, publishedSchemas, readAlertHeaders, WatchEvent } from '@plimsoll/contracts';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CloudEvent, Kafka } from 'cloudevents';

/** A record as any Kafka client sees it. */
export interface AlertRecord {
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const schemas = new URL('../../../contracts/schemas/ocsf-1.8.0/', import.meta.url);
const ajv = new Ajv2020({ allErrors: true, strict: false });
const ofClass = <Event>(name: string): ValidateFunction<Event> =>
  ajv.compile<Event>(JSON.parse(readFileSync(new URL(`${name}.schema.json`, schemas), 'utf8')) as object);
const ocsf = ofClass<Alert>('detection-finding');
const ocsfWatch = ofClass<WatchEvent>('event-log-activity');

const published = new Ajv({ strict: false, validateFormats: false }).compile<Alert>(publishedSchemas().alert);

/** Whether a value is a Detection Finding to OCSF 1.8.0; the errors, none where it is. */
export function ocsfErrors(value: unknown): string[] {
  return errorsOf(ocsf, value);
}

function errorsOf(check: ValidateFunction, value: unknown): string[] {
  if (check(value)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

/**
 * The alert in a record, after OCSF's own schema, the CloudEvents SDK and our own schema have accepted it. Throws what
 * any of them objects to.
 */
export function checkedAlert({ key, value, headers = {} }: AlertRecord): Alert {
  const read = readAlertHeaders(headers);
  const alert = decodeJson(Alert, value, 'an alert');
  const json: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
  if (!published(json)) throw new Error(`published schema: ${published.errors?.[0]?.message ?? ''}`);
  const errors = ocsfErrors(json);
  if (errors.length > 0) throw new Error(`OCSF: ${errors.join('; ')}`);
  checkEvent({ key, value, headers }, alert.metadata.uid);
  if (read.ce_subject !== alert.finding_info.uid) throw new Error('headers and value do not agree');
  return alert;
}

/** The watch event in a record, after OCSF's own schema and the CloudEvents SDK have accepted it, or their objection. */
export function checkedWatchEvent(record: AlertRecord): WatchEvent {
  readAlertHeaders(record.headers ?? {});
  const event = decodeJson(WatchEvent, record.value, 'a watch event');
  const errors = errorsOf(ocsfWatch, event);
  if (errors.length > 0) throw new Error(`OCSF: ${errors.join('; ')}`);
  checkEvent(record, event.metadata.uid);
  return event;
}

function checkEvent({ key, value, headers = {} }: AlertRecord, uid: string): void {
  const message = { key, headers: { ...headers }, value: Buffer.from(value).toString('utf8'), body: undefined };
  const event = Kafka.toEvent(message);
  if (!(event instanceof CloudEvent) || !event.validate()) throw new Error('CloudEvents: not an event');
  if (event.subject !== key || event.id !== uid) throw new Error('headers and value do not agree');
}
