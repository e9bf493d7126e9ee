import type { BrokerFacts, ReaderFacts, TopicFacts, TopicFlow } from '@plimsoll/kafka-log';
import type { RedisFacts } from '@plimsoll/redis-store';

/** What was found, or why nobody could look. */
export type Looked<T> = { readonly found: T } | { readonly why: string };

/** The profile of one workload and detector, as the stack holds it. */
export interface ProfileFacts {
  readonly application: string;
  readonly workload: string;
  readonly detector: string;
  /** Undefined where no version is active. */
  readonly active: ActiveProfile | undefined;
}

export interface ActiveProfile {
  readonly version: string;
  /** False where its bytes are gone or altered. */
  readonly readable: boolean;
  readonly complete: boolean;
  /** What live data says of it; `unknown` where too little does. */
  readonly fit: 'unknown' | 'fits' | 'ageing' | 'deployment';
}

/** What the alert service has heard of one workload since it started. */
export interface WorkloadFacts {
  readonly application: string;
  readonly workload: string;
  readonly heard: boolean;
  readonly silentLevels: readonly string[];
  /** Times of its application's sources that were ahead of their arrival. */
  readonly skewed: number;
  /** How far the slowest source or detector of its application is behind the newest event. */
  readonly behindMs: number;
}

/** When the certificate of one server that is spoken to ends. */
export interface CertificateFacts {
  readonly area: Extract<Area, 'brokers' | 'redis'>;
  /** `host:port` */
  readonly address: string;
  /** Milliseconds from now; negative where it has ended. */
  readonly leftMs: number;
}

/** Everything that is known of a set-up: what `diagnose` looks at. */
export interface SetUp {
  readonly brokers: readonly BrokerFacts[];
  /** Of each server that was reached by TLS. */
  readonly certificates: readonly CertificateFacts[];
  readonly topics: Looked<readonly TopicFacts[]>;
  readonly readers: Looked<readonly ReaderFacts[]>;
  readonly flow: Looked<readonly TopicFlow[]>;
  /** Each server: one, or the masters of a cluster. */
  readonly redis: Looked<readonly RedisFacts[]>;
  readonly profiles: Looked<readonly ProfileFacts[]>;
  /** Undefined where nobody gave a token for the alert service. */
  readonly workloads: Looked<readonly WorkloadFacts[]> | undefined;
}

export const AREAS = [
  'brokers',
  'topics',
  'consumer groups',
  'sources',
  'redis',
  'clocks',
  'profiles',
  'workloads',
] as const;
export type Area = (typeof AREAS)[number];

/** One thing that is wrong, and what to do about it; each a sentence or two. */
export interface Finding {
  readonly area: Area;
  readonly what: string;
  readonly todo: string;
}

/** A part that nobody could look at. */
export interface Unseen {
  readonly area: Area;
  readonly why: string;
}

/**
 * Of what was asked: how long a record may wait for its group, a source may be quiet, a clock may be off; how long before
 * its end a certificate is told of.
 */
export const LIMITS = {
  overdueMs: 300_000,
  quietMs: 120_000,
  clockMs: 2_000,
  aheadMs: 60_000,
  certificateMs: 21 * 86_400_000,
} as const;
