import type { StreamObserver } from '@plimsoll/streaming';

/** TLS towards the brokers; PEM texts, read from files or the environment by the caller. */
export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

export interface KafkaSasl {
  readonly mechanism: 'scram-sha-256' | 'scram-sha-512' | 'plain';
  readonly username: string;
  readonly password: string;
}

export interface KafkaOptions {
  /** `host:port` of some of the brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** How this process is called in the brokers' logs. Default `plimsoll`. */
  readonly clientId?: string;
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
  /** A consumer that is not heard of for so long loses its partitions. Default 30 s. */
  readonly sessionTimeoutMs?: number;
  /** Largest record published: its value, key and headers. Default 1 000 000, under the brokers' own limit of 1 MiB. */
  readonly maxRecordBytes?: number;
  /** How far fetches are apart that bring little, so that each brings more at once; the first few are not. Default 10 ms. */
  readonly fetchLingerMs?: number;
  /** What one fetch brings of one partition; up to two are held ready. Default 1 MiB. */
  readonly fetchPartitionBytes?: number;
  readonly observer?: StreamObserver;
  /** What kafkajs has to say that a person should see: warnings and errors. */
  readonly onClientMessage?: (level: 'warn' | 'error', message: string) => void;
}
