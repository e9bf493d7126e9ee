import type { Alert } from '@plimsoll/contracts';

import type { IncidentRecord } from './incident-record.js';

/** Longest text that a search looks through, UTF-16 units. */
const MAX_WORDS = 4_096;

/**
 * What incidents are found and counted by: everything a filter asks for, some kilobyte where the incident itself may
 * have some hundred. A store keeps it beside the incident, and reads an incident only once its card matched.
 */
export interface IncidentCard {
  readonly id: string;
  readonly lastSeenMs: number;
  readonly application: string;
  readonly path: Alert['unmapped']['path'];
  readonly state: IncidentRecord['state'];
  readonly status: IncidentRecord['status'];
  /** The incident that it has become part of. */
  readonly mergedInto?: string | undefined;
  readonly severity: number;
  /** Empty where nobody has taken it. */
  readonly assignee: string;
  readonly workloads: readonly string[];
  /** Of clients. */
  readonly addresses: readonly string[];
  /** Paths of the pages that were asked for. */
  readonly pages: readonly string[];
  /** Levels that found it anomalous. */
  readonly levels: readonly string[];
  /** In lower case: title, id, principals, findings and what was observed. */
  readonly words: string;
}

/** The card of an incident; undefined while only a person's decision is known of it. */
export function cardOf(record: IncidentRecord): IncidentCard | undefined {
  const { alert, evidence, decisions } = record;
  if (alert === undefined) return undefined;
  const { application, path, principals, workloads, findings, levels } = alert.unmapped;
  const addresses = unique(evidence.map(({ src_endpoint }) => src_endpoint?.ip));
  const pages = unique(evidence.map(({ http_request }) => http_request?.url.path));
  const texts = [
    alert.message,
    record.id,
    ...principals,
    ...addresses,
    ...pages,
    ...findings.map(({ finding }) => finding),
    ...evidence.map(({ data }) => data.observed),
  ];
  return {
    id: record.id,
    lastSeenMs: record.lastSeenMs,
    application,
    path,
    state: record.state,
    status: record.status,
    mergedInto: alert.unmapped.merged_into,
    severity: alert.severity_id,
    assignee: decisions[0]?.assignee ?? '',
    workloads,
    addresses,
    pages,
    levels: levels.filter(({ state }) => state === 'anomalous').map(({ level }) => level),
    words: texts.join('\n').slice(0, MAX_WORDS).toLowerCase(),
  };
}

/** Names of the sets that a store keeps of a card, so that a filter reads few others: `application:shop`, say. */
export function facetsOf(card: IncidentCard): readonly string[] {
  return [
    facet('application', card.application),
    facet('path', card.path),
    facet('state', card.state),
    facet('status', card.status),
    facet('assignee', card.assignee),
    ...(card.mergedInto === undefined ? [] : [facet('mergedInto', card.mergedInto)]),
    ...card.workloads.map((name) => facet('workload', name)),
    ...card.addresses.map((name) => facet('address', name)),
  ];
}

export function facet(name: string, value: string): string {
  return `${name}:${value}`;
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
