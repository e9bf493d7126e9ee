import { z } from 'zod';

import { flag, given, section, wholeNumber } from './settings.js';

const BROKER = /^[A-Za-z0-9._-]{1,255}:\d{1,5}$/;

const brokers = z
  .string({ error: 'the environment variable is not set; give the brokers, as in host1:9092,host2:9092' })
  .transform((text) => text.split(',').map((one) => one.trim()))
  .refine((list) => list.length <= 64 && list.every((one) => BROKER.test(one)), {
    error: 'must be host:port, separated by commas',
  });

/** How a service reaches Kafka: plain, TLS, SASL, or SASL over TLS. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  /** A member that died without a word keeps its partitions waiting for so long. */
  readonly sessionTimeoutMs?: number;
  /** PEM texts; without `ca` the system's authorities are trusted. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

const TLS_VARIABLES = ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'];
const SASL_VARIABLES = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];

export const kafkaSettings = section(
  {
    KAFKA_BROKERS: brokers,
    KAFKA_SESSION_TIMEOUT_MS: wholeNumber(1_000, 1_800_000).optional(),
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
  (values): KafkaConnection => ({
    brokers: values.KAFKA_BROKERS,
    ...given({ sessionTimeoutMs: values.KAFKA_SESSION_TIMEOUT_MS }),
    ...(values.KAFKA_TLS === true && {
      tls: given({ ca: values.KAFKA_TLS_CA, cert: values.KAFKA_TLS_CERT, key: values.KAFKA_TLS_KEY }),
    }),
    ...saslOf(values.KAFKA_SASL_MECHANISM, values.KAFKA_SASL_USERNAME, values.KAFKA_SASL_PASSWORD),
  }),
  [
    {
      path: 'KAFKA_SASL_MECHANISM',
      message: 'mechanism, username and password go together: give all three or none',
      holds: (names) => new Set(SASL_VARIABLES.map((name) => names.has(name))).size === 1,
    },
    {
      path: 'KAFKA_TLS_CERT',
      message: 'certificate and key of a client go together',
      holds: (names) => names.has('KAFKA_TLS_CERT') === names.has('KAFKA_TLS_KEY'),
    },
    {
      path: 'KAFKA_TLS',
      message: 'certificates are given, so say KAFKA_TLS=true (or leave them out)',
      holds: (names) => names.has('KAFKA_TLS') || !TLS_VARIABLES.some((name) => names.has(name)),
    },
  ],
);

function saslOf(
  mechanism: NonNullable<KafkaConnection['sasl']>['mechanism'] | undefined,
  username: string | undefined,
  password: string | undefined,
): Pick<KafkaConnection, 'sasl'> {
  if (mechanism === undefined || username === undefined || password === undefined) return {};
  return { sasl: { mechanism, username, password } };
}
