import type { Evidence, K8sAuditEvent } from '@plimsoll/contracts';

import { BURST_US, type Channel } from './burst-table.js';
import type { Learned, TableName } from './model.js';
import type { Surprise } from './novelty-table.js';
import type { Observation } from './observations.js';
import { populationOf, type FactGroup } from './request-facts.js';
import { actionOf } from './request-kind.js';

const LIMIT = 1024;

const ASKED: Readonly<Record<TableName, string>> = {
  kind: 'kind of identity',
  who: 'user',
  action: 'action',
  namespace: 'namespace',
  object: 'object',
  outcome: 'response',
  via: 'allowed by',
  source: 'source network',
  node: 'source network',
};

const CHANNELS_IN_WORDS: Readonly<Record<Channel, string>> = {
  delete: 'deleted objects',
  denied: 'denied requests',
  secret: 'accesses to secrets',
  write: 'writes',
  all: 'requests',
};

/** The request in words: names are quoted as data. */
function requestWords(event: K8sAuditEvent): string {
  const { resource } = event;
  const where = resource?.namespace === undefined ? '' : ` in ${JSON.stringify(resource.namespace)}`;
  const what = resource?.object === undefined ? '' : ` ${JSON.stringify(resource.object)}`;
  const from = event.source.address === undefined ? '' : ` from ${event.source.address}`;
  return `${event.user.name}: ${actionOf(event)}${what}${where} → ${event.status}${from}`;
}

/** What the audit level let be seen; bodies matter to what grants, pods and programs hold. */
function levelWords(event: K8sAuditEvent): string {
  if (event.truncated === true) return '; body omitted, as it was too long for the audit log';
  return event.level === 'Metadata' ? '; audit level Metadata, so its body is unknown' : `; audit level ${event.level}`;
}

function evidence(event: K8sAuditEvent, kind: string, observed: string, expected: string, score: number): Evidence {
  return {
    kind,
    event: event.id,
    timeUs: event.timeUs,
    observed: (observed + levelWords(event)).slice(0, LIMIT),
    expected: expected.slice(0, LIMIT),
    score: Math.round(score * 1000) / 1000,
  };
}

export function explainNovelty(
  event: K8sAuditEvent,
  parts: readonly { readonly observation: Observation; readonly surprise: Surprise }[],
  nats: number,
  learned: Learned,
): Evidence {
  const strange = parts.filter(({ surprise }) => surprise.nats >= 1).sort((a, b) => b.surprise.nats - a.surprise.nats);
  const words = strange.slice(0, 4).map(({ observation, surprise }) => {
    const often = surprise.unseenIn === undefined ? 'rarely seen' : 'never seen';
    return `${ASKED[observation.table]} (${JSON.stringify(observation.contexts[0]?.[1] ?? '')}, ${often}, ${surprise.nats.toFixed(1)} nats)`;
  });
  const usual = strange.slice(0, 2).map(({ observation, surprise }) => {
    const context = observation.contexts.find(([name]) => learned.tables[observation.table].has(name))?.[0];
    const known = context === undefined ? [] : learned.tables[observation.table].usual(context, 3);
    const instead = known.length === 0 ? 'nothing learned yet' : known.map((value) => JSON.stringify(value)).join(', ');
    return `${ASKED[observation.table]} in ${surprise.episodes} learned episodes: mostly ${instead}`;
  });
  return evidence(
    event,
    'rare-request',
    `${requestWords(event)}; unusual: ${words.join(', ')}`,
    usual.join('; '),
    nats,
  );
}

export function explainFact(
  event: K8sAuditEvent,
  group: FactGroup,
  fact: string,
  nats: number,
  learned: Learned,
): Evidence {
  const { requests, withFact } = learned.facts.seen(event.user.name, populationOf(event, group), fact);
  const gain = event.grant === undefined ? '' : ` to ${event.grant.subjects.join(', ') || 'whoever holds the role'}`;
  const role = event.grant?.role === undefined ? '' : ` by ${event.grant.role}`;
  const word = group === 'grant' ? `${fact}${role}${gain}` : fact;
  const expected = `${withFact} of this user's ${requests} learned ${group} requests had ${fact}`;
  return evidence(event, `fact-${group}`, `${requestWords(event)}; ${word}`, expected, nats);
}

export function explainNetwork(event: K8sAuditEvent, fact: string, nats: number, known: readonly string[]): Evidence {
  const usual = `this user's learned networks: ${known.map((one) => JSON.stringify(one)).join(', ')}`;
  return evidence(event, 'new-network', `${requestWords(event)}; ${fact}`, usual, nats);
}

export function explainBurst(
  event: K8sAuditEvent,
  channel: Channel,
  size: number,
  usual: { readonly mean: number; readonly bursts: number; readonly nats: number },
): Evidence {
  const observed = `${requestWords(event)}; ${size} ${CHANNELS_IN_WORDS[channel]} within ${BURST_US / 1_000_000} s`;
  const expected = `about ${usual.mean.toFixed(1)} ${CHANNELS_IN_WORDS[channel]} in a burst of this user (${usual.bursts} learned)`;
  return evidence(event, `burst-${channel}`, observed, expected, usual.nats);
}
