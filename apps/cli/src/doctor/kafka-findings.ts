import { cleanupOf, TOPICS, type TopicDefinition } from '@plimsoll/contracts';
import type { BrokerFacts, ReaderFacts, TopicFacts, TopicFlow } from '@plimsoll/kafka-log';

import { LIMITS, type Finding } from './set-up.js';

/** What a record may take: the value, key and headers of the largest that is published, and what Kafka puts around it. */
const RECORD_BYTES = 1_010_000;
const APPLY = 'plimsoll topics apply --change brings it there';

export function brokerFindings(brokers: readonly BrokerFacts[]): Finding[] {
  return brokers.flatMap((broker) => {
    const { address, state, reason } = broker;
    const found = (what: string, todo: string): Finding[] => [{ area: 'brokers', what, todo }];
    switch (state) {
      case 'answers':
        return [];
      case 'tls-refused':
        return found(
          `TLS with ${address} fails: ${reason}.`,
          'Check that this listener speaks TLS (KAFKA_TLS), that KAFKA_TLS_CA names the authority of its certificate, and that the certificate names this host.',
        );
      case 'login-refused':
        return found(
          `${address} refuses the login: ${reason}.`,
          'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and that Kafka knows this user.',
        );
      case 'away':
        return found(`${address} does not answer: ${reason}.`, awayWords(broker));
    }
  });
}

function awayWords({ advertised }: BrokerFacts): string {
  if (advertised) {
    return 'The brokers name this address to clients: correct advertised.listeners, or make the address reachable from here.';
  }
  return 'Check that the broker runs, that KAFKA_BROKERS is right and reachable from here, and whether this listener wants TLS or a login (KAFKA_TLS, KAFKA_SASL_*).';
}

export function topicFindings(topics: readonly TopicFacts[]): Finding[] {
  const known = new Map(topics.map((topic) => [topic.name, topic]));
  return Object.values(TOPICS).flatMap((definition) => {
    const topic = known.get(definition.name);
    return topic === undefined ? [missing(definition)] : differences(definition, topic);
  });
}

function missing({ name }: TopicDefinition): Finding {
  return { area: 'topics', what: `The topic ${name} is missing.`, todo: 'plimsoll topics apply creates it.' };
}

function differences(definition: TopicDefinition, topic: TopicFacts): Finding[] {
  const { name } = definition;
  const found: Finding[] = [];
  const add = (what: string, todo = `${APPLY}.`): void => void found.push({ area: 'topics', what, todo });
  const cleanup = cleanupOf(definition);
  if (topic.partitions < definition.partitions) {
    add(
      `${name} has ${topic.partitions} partitions, ${definition.partitions} are meant: no more replicas than partitions share the work.`,
      `Stop the collectors, wait for a lag of zero, then ${APPLY}.`,
    );
  }
  if (!sameNames(cleanup, topic.cleanup)) {
    add(`${name} is cleaned up by ${topic.cleanup.join(',')}, ${cleanup.join(',')} is meant.`);
  }
  if (isShorter(topic.retentionMs, definition.retentionMs)) {
    add(
      `${name} keeps records for ${timeWords(topic.retentionMs)}, ${timeWords(definition.retentionMs)} is meant: what waits longer is lost.`,
    );
  }
  if (topic.compression !== 'producer') {
    add(`${name} has brokers pack every batch anew (compression.type ${topic.compression}), producer is meant.`);
  }
  if (topic.maxMessageBytes < RECORD_BYTES) {
    add(
      `${name} takes records of ${topic.maxMessageBytes} bytes, up to ${RECORD_BYTES} are published.`,
      `Set max.message.bytes of ${name} to 1048588, Kafka's default, or more.`,
    );
  }
  return found;
}

export function readerFindings(readers: readonly ReaderFacts[]): Finding[] {
  return readers.flatMap(({ group, topic, members, lag, overdue }): Finding[] => {
    if (members === 0) {
      const waiting = lag === 0 ? '' : `; ${lag} records wait`;
      return [
        {
          area: 'consumer groups',
          what: `Nobody reads ${topic} as ${group}${waiting}.`,
          todo: `Start ${group}, or look into its log why it does not stay.`,
        },
      ];
    }
    if (overdue === 0) return [];
    return [
      {
        area: 'consumer groups',
        what: `${group} is behind on ${topic}: ${lag} records wait, ${overdue} of them for more than ${timeWords(LIMITS.overdueMs)}.`,
        todo: `Start more replicas of ${group} (up to the partitions of ${topic}), and see whether its readiness names what it waits for.`,
      },
    ];
  });
}

/** A live source tells its progress on every partition of both topics every ten seconds, events or not. */
export function sourceFindings(flow: readonly TopicFlow[]): Finding[] {
  const inputs = flow.filter(({ topic }) => topic === TOPICS.syscalls.name || topic === TOPICS.logs.name);
  if (inputs.length === 0 || inputs.some(({ recent }) => recent > 0)) return [];
  return [
    {
      area: 'sources',
      what: `No source publishes: nothing came to ${inputs.map(({ topic }) => topic).join(' or ')} within ${timeWords(LIMITS.quietMs)}.`,
      todo: 'Start a collector with sources or targets; one that runs names on /health/ready what it waits for.',
    },
  ];
}

export function producerClockFindings(flow: readonly TopicFlow[]): Finding[] {
  return flow
    .filter(({ ahead }) => ahead > 0)
    .map(({ topic, ahead }) => ({
      area: 'clocks',
      what: `Up to ${ahead} records of ${topic} were published more than ${timeWords(LIMITS.aheadMs)} in the future of this machine.`,
      todo: 'Set the clocks of the hosts that publish, and of this one, by NTP.',
    }));
}

function sameNames(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === found.length && wanted.every((name) => found.includes(name));
}

function isShorter(foundMs: number, wantedMs: number): boolean {
  if (foundMs < 0) return false;
  return wantedMs < 0 || foundMs < wantedMs;
}

export function timeWords(ms: number): string {
  if (ms < 0) return 'ever';
  if (ms >= 3_600_000) return `${Number((ms / 3_600_000).toFixed(1))} h`;
  return ms >= 60_000 ? `${Number((ms / 60_000).toFixed(1))} min` : `${Number((ms / 1_000).toFixed(1))} s`;
}
