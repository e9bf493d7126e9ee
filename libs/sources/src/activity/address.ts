import type { ProcessActivity } from '@plimsoll/contracts';

type AddressClass = NonNullable<ProcessActivity['address']>;

const METADATA = /^(?:169\.254\.169\.254|169\.254\.170\.2|100\.100\.100\.200|fd00:ec2::254)$/i;
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|fe80:|f[cd][0-9a-f]{2}:)/i;
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.|0\.0\.0\.0$|::$)/i;
/** Ports from which a system gives a program any (Linux's default range). */
const EPHEMERAL = 32_768;

/** Whose address it is, and its template: the port with it, of public ones no address. */
export function addressTemplate(address: string): { readonly target: string; readonly of: AddressClass } {
  if (address.startsWith('unix:')) return { target: address.replace(/\d+/g, '#').slice(0, 256), of: 'local' };
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const number = Number(address.slice(colon + 1));
  const port = number >= EPHEMERAL ? 'ephemeral' : String(number);
  if (METADATA.test(host)) return { target: `metadata:${port}`, of: 'metadata' };
  if (LOOPBACK.test(host)) return { target: `loopback:${port}`, of: 'loopback' };
  if (PRIVATE.test(host)) return { target: `${host}:${port}`.slice(0, 256), of: 'private' };
  return { target: `public:${port}`, of: 'public' };
}
