import { act, type Act } from './act.js';

const METADATA =
  /^(?:169\.254\.169\.254|169\.254\.170\.2|100\.100\.100\.200|192\.0\.0\.192|metadata(?:\.google\.internal|\.azure\.com|\.packet\.net)?|instance-data|fd00:ec2::254)\.?$/;
/** Schemes by which a fetcher of URLs speaks to what is no web server. */
const ODD_SCHEME =
  /^(?:gopher|dict|ldaps?|rmi|iiop|corba(?:loc|name)|tftp|sftp|jar|netdoc|smb|redis|mongodb|imap|smtp|telnet):/i;
const PRIVATE =
  /^(?:127|10)\.\d|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^169\.254\.|^0\.0\.0\.0$|^\[?(?:::1|fe80:|fc|fd)/;
const LOCAL_NAME = /^(?:localhost|[\w-]+)$|\.(?:local|localhost|localdomain|internal|svc|cluster\.local|consul)\.?$/i;
const MAX_URL = 2048;
const STANDARD_PORTS = new Map([
  ['http', '80'],
  ['https', '443'],
  ['ftp', '21'],
]);

/**
 * An address within the network, where an outside user has no business, as the whole of a value: the metadata services
 * of clouds, loopback, and either in a notation that hides it (one number, hexadecimal, octal, mapped).
 */
export function readAsAddress(text: string): Act | undefined {
  const match = /^\s{0,4}(?:([a-z][a-z0-9+.-]{1,16}):)?[/\\]{2}([^\s/?#\\]{1,256})/i.exec(text.slice(0, MAX_URL));
  if (!match || /\s/.test(text.trim().slice(0, MAX_URL))) return undefined;
  const [, scheme = '', authority = ''] = match;
  const named = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const host = named.replace(/:\d{1,5}$/, '');
  if (ODD_SCHEME.test(`${scheme}:`)) return act('address', 3, 'scheme');
  if (
    METADATA.test(host.replace(/^\[|\]$/g, '')) ||
    host.includes('169.254.169.254') ||
    host.includes('169-254-169-254')
  )
    return act('address', 3, 'metadata service');
  if (isDisguised(host)) return act('address', 3, 'disguised address');
  const inner = PRIVATE.test(host) || LOCAL_NAME.test(host);
  if (!inner) return undefined;
  return authority.includes('@')
    ? act('address', 3, 'name before an inner address')
    : { ...act('address', 2, 'inner address'), host: withPort(named, scheme) };
}

function withPort(named: string, scheme: string): string {
  return /:\d{1,5}$/.test(named) ? named : `${named}:${STANDARD_PORTS.get(scheme.toLowerCase()) ?? ''}`;
}

/** `2130706433`, `0x7f.1`, `0177.0.0.1`, `127.1`, `[::ffff:127.0.0.1]`: no browser's user writes them. */
function isDisguised(host: string): boolean {
  if (/^\[/.test(host)) return /^\[(?:::1|::|0*:?:.*:ffff:.*|::ffff:.*|::127\..*)\]$/.test(host);
  if (!/^[\da-fx.]+$/.test(host) || !/^\d/.test(host)) return false;
  const parts = host.split('.');
  if (!parts.every((part) => /^(?:0x[\da-f]+|\d+)$/.test(part))) return false;
  return parts.length < 4 || parts.some((part) => /^0\w/.test(part) || Number(part) > 255);
}
