import { connect } from 'node:tls';

import { LIMITS, type CertificateFacts, type Finding } from './set-up.js';

/** PEM texts towards a server, as Kafka's and Redis's settings give them alike. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

const HASTE_MS = 2_500;
const DAY_MS = 86_400_000;
/** How the certificates of the compose stack are renewed; others are, by whoever made them. */
const RENEW =
  'Renew it and start the server anew; services trust its authority and connect again by themselves. With deploy/compose-secured.yml: bash deploy/certificates.sh certificates, then docker compose restart kafka redis.';

/**
 * Asks each server for its certificate, in 2.5 s at most; a connection each, which is closed at once. Nothing is told of
 * a server that does not answer. What is trusted is not decided here: an ended certificate is to be named as well.
 */
export async function certificatesOf(
  area: CertificateFacts['area'],
  addresses: readonly string[],
  tls: Tls | undefined,
): Promise<readonly CertificateFacts[]> {
  if (tls === undefined) return [];
  const ends = await Promise.all(addresses.map((address) => endOf(address, tls)));
  return addresses.flatMap((address, i) => {
    const endMs = ends[i];
    return endMs === undefined ? [] : [{ area, address, leftMs: endMs - Date.now() }];
  });
}

function endOf(address: string, tls: Tls): Promise<number | undefined> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return new Promise((resolve) => {
    const socket = connect({ ...tls, host, port: Number(address.slice(colon + 1)), rejectUnauthorized: false });
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

export function certificateFindings(certificates: readonly CertificateFacts[]): Finding[] {
  return certificates
    .filter(({ leftMs }) => leftMs < LIMITS.certificateMs)
    .map(({ area, address, leftMs }) => ({
      area,
      what:
        leftMs <= 0
          ? `The certificate of ${address} has expired.`
          : `The certificate of ${address} ends in ${dayWords(leftMs)}: nobody connects after that.`,
      todo: RENEW,
    }));
}

function dayWords(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  if (days === 0) return 'less than a day';
  return days === 1 ? 'a day' : `${days} days`;
}
