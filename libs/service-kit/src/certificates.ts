import { connect, type TLSSocket } from 'node:tls';

import { Gauge, type Registry } from 'prom-client';

import type { KafkaConnection } from './kafka-settings.js';

/** Servers of one kind, and how they are reached; `tls` is undefined where in the clear. */
export interface Servers {
  /** `host:port` each. */
  readonly addresses: readonly string[];
  /** PEM texts, as the settings of Kafka and Redis give them alike. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
}

/** The servers that Redis's settings name: itself, some of its cluster, or its Sentinels. */
export function redisServers({
  nodes,
  tls,
}: {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly tls?: NonNullable<Servers['tls']>;
}): Servers {
  return { addresses: nodes.map(({ host, port }) => `${host}:${port}`), tls };
}

export function kafkaServers({ brokers, tls }: Pick<KafkaConnection, 'brokers' | 'tls'>): Servers {
  return { addresses: brokers, tls };
}

const HASTE_MS = 2_500;
const HOUR_MS = 3_600_000;

/**
 * When the certificate of each server ends, in milliseconds of the epoch, by address. Takes 2.5 s at most; a connection
 * each, which is closed at once. Servers that do not answer by TLS are left out. What is trusted is not decided here: an
 * ended certificate is to be named as well.
 */
export async function certificateEnds({ addresses, tls }: Servers): Promise<ReadonlyMap<string, number>> {
  if (tls === undefined) return new Map();
  const ends = await Promise.all(addresses.map(async (address) => [address, await endOf(address, tls)] as const));
  return new Map(ends.filter((one): one is readonly [string, number] => one[1] !== undefined));
}

function endOf(address: string, tls: NonNullable<Servers['tls']>): Promise<number | undefined> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return new Promise((resolve) => {
    let socket: TLSSocket;
    try {
      socket = connect({ ...tls, host, port: Number(address.slice(colon + 1)), rejectUnauthorized: false });
    } catch {
      // No such port, or certificates of our own that are none: whoever connects for work says so.
      resolve(undefined);
      return;
    }
    const done = (endMs?: number): void => {
      socket.destroy();
      resolve(endMs);
    };
    socket.setTimeout(HASTE_MS, done);
    socket.once('error', () => {
      done();
    });
    socket.once('secureConnect', () => {
      const endMs = Date.parse(socket.getPeerCertificate().valid_to);
      done(Number.isNaN(endMs) ? undefined : endMs);
    });
  });
}

/**
 * Tells when the certificate of each server ends. A scrape asks those that have not answered within an hour, so that it
 * takes 2.5 s where one of them is away; the last answer stays.
 */
export function certificateMetric(
  registry: Registry,
  servers: readonly Servers[],
  nowMs: () => number = () => Date.now(),
): void {
  const answeredMs = new Map<string, number>();
  const isDue = (address: string): boolean => nowMs() - (answeredMs.get(address) ?? -Infinity) >= HOUR_MS;
  new Gauge({
    name: 'plimsoll_certificate_end_timestamp_seconds',
    help: 'When the certificate of a server that is reached by TLS ends',
    labelNames: ['server'],
    registers: [registry],
    async collect() {
      const asked = servers.map(({ addresses, tls }) => certificateEnds({ addresses: addresses.filter(isDue), tls }));
      for (const [server, endMs] of (await Promise.all(asked)).flatMap((ends) => [...ends])) {
        answeredMs.set(server, nowMs());
        this.set({ server }, endMs / 1_000);
      }
    },
  });
}
