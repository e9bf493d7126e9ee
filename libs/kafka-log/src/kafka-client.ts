import { Kafka, logLevel, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';

import { registerCodecs } from './compression/codecs.js';
import type { KafkaOptions } from './kafka-options.js';

/** Attempts within one call of kafkajs: short, since the stream repeats calls itself and says what it waits for. */
export const SHORT_RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 };

/** How long a client waits before it gives up. */
export interface Timeouts {
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly retry: RetryOptions;
}

const RETRY: Timeouts = { connectionTimeout: 3_000, requestTimeout: 15_000, retry: SHORT_RETRY };

registerCodecs();

/** The kafkajs client that `options` describe. */
export function kafkaClient(options: KafkaOptions, retry = RETRY): Kafka {
  const { brokers, clientId = 'plimsoll', tls, sasl, onClientMessage } = options;
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    ...retry,
    enforceRequestTimeout: true,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const level = entry.level === logLevel.ERROR ? 'error' : 'warn';
      onClientMessage?.(level, `${entry.namespace}: ${entry.log.message}`);
    },
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  };
  return new Kafka(config);
}

function saslOf({ mechanism, username, password }: NonNullable<KafkaOptions['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
