import { readFileSync } from 'node:fs';

import { Alert, decodeJson, publishedSchemas, readAlertHeaders } from '@plimsoll/contracts';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CloudEvent, Kafka } from 'cloudevents';

/** A record as any Kafka client sees it. */
export interface AlertRecord {
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const schemaFile = new URL('../../../contracts/schemas/ocsf-1.8.0/detection-finding.schema.json', import.meta.url);
const ajv = new Ajv2020({ allErrors: true, strict: false });
const ocsf = ajv.compile<Alert>(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);

const published = new Ajv({ strict: false, validateFormats: false }).compile<Alert>(publishedSchemas().alert);

/** Whether a value is a Detection Finding to OCSF 1.8.0; the errors, none where it is. */
export function ocsfErrors(value: unknown): string[] {
  if (ocsf(value)) return [];
  return (ocsf.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
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
  const message = { key, headers: { ...headers }, value: Buffer.from(value).toString('utf8'), body: undefined };
  const event = Kafka.toEvent(message);
  if (!(event instanceof CloudEvent) || !event.validate()) throw new Error('CloudEvents: not an event');
  if (event.subject !== key || event.id !== alert.metadata.uid || read.ce_subject !== alert.finding_info.uid) {
    throw new Error('headers and value do not agree');
  }
  return alert;
}
