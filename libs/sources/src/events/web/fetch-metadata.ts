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
  if (dest === undefined) return metadata;
  return { ...metadata, fetchDest: fetchDest(dest), fetchUser: header('sec-fetch-user') === '?1' };
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
