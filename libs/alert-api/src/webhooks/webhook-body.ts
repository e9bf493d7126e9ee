import { strongestRequest, type Alert, type AlertHeaders, type SeverityId, type WatchEvent } from '@plimsoll/contracts';

import type { WebhookTarget } from './webhook-target.js';

/** What a record of `alerts` tells: an incident, or the watch. */
export type Told = Alert | WatchEvent;

const PRIORITIES: Readonly<Record<SeverityId, string>> = {
  1: 'Informational',
  2: 'Notice',
  3: 'Warning',
  4: 'Error',
  5: 'Critical',
  6: 'Alert',
};

/** What a target is sent, with its media type. */
export function webhookBody(
  format: WebhookTarget['format'],
  headers: AlertHeaders,
  told: Told,
): { readonly type: string; readonly body: string } {
  return format === 'falco'
    ? { type: 'application/json', body: JSON.stringify(falcoForm(headers, told)) }
    : { type: 'application/cloudevents+json', body: JSON.stringify(cloudEvent(headers, told)) };
}

/** CloudEvents 1.0 in JSON, structured mode: the same attributes as in the record's headers. */
function cloudEvent(headers: AlertHeaders, told: Told): object {
  return {
    specversion: headers.ce_specversion,
    type: headers.ce_type,
    source: headers.ce_source,
    id: headers.ce_id,
    time: headers.ce_time,
    subject: headers.ce_subject,
    revision: headers.ce_revision,
    datacontenttype: headers['content-type'],
    data: told,
  };
}

function falcoForm(headers: AlertHeaders, told: Told): object {
  return 'finding_info' in told ? falcoAlert(headers, told) : falcoWatch(headers, told);
}

function falcoWatch(headers: AlertHeaders, event: WatchEvent): object {
  const { application, workload = '', source = '', level = '' } = event.unmapped;
  return {
    uuid: headers.ce_id,
    hostname: application,
    output: `${headers.ce_time}: ${PRIORITIES[event.severity_id]} ${event.message}`,
    priority: PRIORITIES[event.severity_id],
    rule: 'Plimsoll watch',
    source: 'plimsoll',
    tags: ['plimsoll', 'watch'],
    time: headers.ce_time,
    output_fields: {
      'plimsoll.activity': event.activity_name,
      'plimsoll.application': application,
      'plimsoll.workloads': workload,
      'plimsoll.source': source,
      'plimsoll.level': level,
    },
  };
}

/** Falco's own form. Output fields are flat and hold text or numbers alone, as its readers expect. */
function falcoAlert(headers: AlertHeaders, alert: Alert): object {
  const { unmapped, finding_info: finding } = alert;
  const fields: Record<string, string | number> = {
    'container.id': alert.resources[0]?.uid ?? '',
    'plimsoll.incident': finding.uid,
    'plimsoll.activity': alert.activity_name,
    'plimsoll.application': unmapped.application,
    'plimsoll.path': unmapped.path,
    'plimsoll.severity': alert.severity_id,
    'plimsoll.confidence': alert.confidence,
    'plimsoll.p_value': unmapped.p_value,
    'plimsoll.principals': unmapped.principals.join(', '),
    'plimsoll.workloads': unmapped.workloads.join(', '),
    'plimsoll.anomalous': alert.count,
    'plimsoll.revision': unmapped.revision,
    ...(alert.status === undefined ? {} : { 'plimsoll.status': alert.status }),
    ...requestFields(alert),
  };
  for (const { level, state, p_value } of unmapped.levels) fields[`plimsoll.${level}`] = `${state}, p = ${p_value}`;
  const techniques = finding.attacks.flatMap(({ technique, sub_technique }) => [
    ...(sub_technique === undefined ? [] : [sub_technique.uid]),
    ...(sub_technique === undefined && technique !== undefined ? [technique.uid] : []),
  ]);
  return {
    uuid: headers.ce_id,
    hostname: unmapped.application,
    output: `${headers.ce_time}: ${PRIORITIES[alert.severity_id]} ${finding.title} (${alert.activity_name})`,
    priority: PRIORITIES[alert.severity_id],
    rule: `Plimsoll ${unmapped.path}`,
    source: 'plimsoll',
    tags: ['plimsoll', unmapped.path, ...techniques],
    time: headers.ce_time,
    output_fields: fields,
  };
}

/** The page and the client, `plimsoll.request.…`; what is not known is no field. */
function requestFields({ evidences }: Alert): Record<string, string | number> {
  const request: Readonly<Record<string, string | number>> = { ...strongestRequest(evidences) };
  return Object.fromEntries(Object.entries(request).map(([name, value]) => [`plimsoll.request.${name}`, value]));
}
