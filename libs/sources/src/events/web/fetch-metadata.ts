import type { WebRequest } from '@plimsoll/contracts';

type FetchMetadata = Pick<WebRequest, 'fetchSite' | 'fetchMode' | 'fetchDest' | 'fetchUser'>;

const FRAMES: ReadonlySet<string> = new Set(['iframe', 'frame', 'object', 'embed', 'fencedframe']);

/** What a browser says of who made a request and what for (W3C Fetch Metadata Request Headers). */
export function fetchMetadata(header: (name: string) => string | undefined): FetchMetadata {
  const dest = header('sec-fetch-dest');
  const metadata: FetchMetadata = {
    fetchSite: fetchSite(header('sec-fetch-site')),
    fetchMode: fetchMode(header('sec-fetch-mode')),
  };
  if (dest !== undefined) {
    return { ...metadata, fetchDest: fetchDest(dest), fetchUser: header('sec-fetch-user') === '?1' };
  }
  const accepted = acceptedBy(header);
  return accepted === undefined ? metadata : { ...metadata, fetchDest: accepted };
}

/**
 * What a browser that sends no such headers (an older one, or any over plain HTTP) says by what it accepts: pages for a
 * window or a frame, pictures for an image, anything for a script. Programs accept anything too, but most in no language,
 * and those that have one (apps on telephones) do not call themselves Mozilla, as every browser does.
 */
function acceptedBy(header: (name: string) => string | undefined): WebRequest['fetchDest'] {
  const accept = header('accept');
  if (accept === undefined || header('accept-language') === undefined) return undefined;
  if (!/^Mozilla\//.test(header('user-agent') ?? '')) return undefined;
  if (/^text\/html\b/i.test(accept)) return 'document';
  if (/^image\//i.test(accept)) return 'image';
  return /^(?:\*\/\*|application\/json)/i.test(accept) || header('x-requested-with') !== undefined
    ? 'empty'
    : undefined;
}

function fetchSite(value: string | undefined): NonNullable<WebRequest['fetchSite']> {
  if (value === undefined) return 'absent';
  return value === 'same-origin' || value === 'same-site' || value === 'cross-site' || value === 'none'
    ? value
    : 'other';
}

function fetchMode(value: string | undefined): NonNullable<WebRequest['fetchMode']> {
  if (value === undefined) return 'absent';
  return value === 'navigate' ||
    value === 'cors' ||
    value === 'no-cors' ||
    value === 'same-origin' ||
    value === 'websocket'
    ? value
    : 'other';
}

function fetchDest(value: string): NonNullable<WebRequest['fetchDest']> {
  if (value === 'document' || value === 'empty' || value === 'image' || value === 'script') return value;
  return FRAMES.has(value) ? 'frame' : 'other';
}
