import { LIMITS, type CertificateFacts, type Finding } from './set-up.js';

const DAY_MS = 86_400_000;
/** How the certificates of the compose stack are renewed; others are, by whoever made them. */
const RENEW =
  'Renew it and start the server anew; services trust its authority and connect again by themselves. With deploy/compose-secured.yml: bash deploy/certificates.sh certificates, then docker compose restart kafka redis.';

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
