import { z } from 'zod';

import { flag, section } from './settings.js';

const BROKER = /^[A-Za-z0-9._-]{1,255}:\d{1,5}$/;

const brokers = z
  .string({ error: 'is missing; give host:port, separated by commas' })
  .transform((text) => text.split(',').map((one) => one.trim()))
  .refine((list) => list.length <= 64 && list.every((one) => BROKER.test(one)), {
    error: 'must be host:port, separated by commas',
  });

/** How a service reaches Kafka: plain, TLS, SASL, or SASL over TLS. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
}

/** Certificates as PEM text; without `ca` the system's authorities are trusted. */
export interface KafkaTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

const TLS_VARIABLES = ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'];
const SASL_VARIABLES = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];

export const kafkaSettings = section(
  {
    KAFKA_BROKERS: brokers,
    KAFKA_TLS: flag.optional(),
    KAFKA_TLS_CA: z.string().optional(),
    KAFKA_TLS_CERT: z.string().optional(),
    KAFKA_TLS_KEY: z.string().optional(),
    KAFKA_SASL_MECHANISM: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512'], { error: 'must be plain, scram-sha-256 or scram-sha-512' })
      .optional(),
    KAFKA_SASL_USERNAME: z.string().max(1024).optional(),
    KAFKA_SASL_PASSWORD: z.string().max(1024).optional(),
  },
  (given): KafkaConnection => ({
    brokers: given.KAFKA_BROKERS,
    tls: given.KAFKA_TLS ? { ca: given.KAFKA_TLS_CA, cert: given.KAFKA_TLS_CERT, key: given.KAFKA_TLS_KEY } : undefined,
    sasl: saslOf(given.KAFKA_SASL_MECHANISM, given.KAFKA_SASL_USERNAME, given.KAFKA_SASL_PASSWORD),
  }),
  [
    {
      path: 'KAFKA_SASL_MECHANISM',
      message: 'mechanism, username and password go together: give all three or none',
      holds: (given) => new Set(SASL_VARIABLES.map((name) => given.has(name))).size === 1,
    },
    {
      path: 'KAFKA_TLS_CERT',
      message: 'certificate and key of a client go together',
      holds: (given) => given.has('KAFKA_TLS_CERT') === given.has('KAFKA_TLS_KEY'),
    },
    {
      path: 'KAFKA_TLS',
      message: 'certificates are given, so say KAFKA_TLS=true (or leave them out)',
      holds: (given) => given.has('KAFKA_TLS') || !TLS_VARIABLES.some((name) => given.has(name)),
    },
  ],
);

function saslOf(
  mechanism: KafkaSasl['mechanism'] | undefined,
  username: string | undefined,
  password: string | undefined,
): KafkaSasl | undefined {
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
}
