import { namesCode } from '@plimsoll/contracts';

import { remembered } from '../../bytes/remembered.js';
import { looksSecret } from '../values/privacy.js';
import { isClimbing } from '../values/file-path.js';
import { percentDecoded, undoEncodings } from '../values/value-decoding.js';

export interface RequestPath {
  /** The path with identifiers and secrets replaced, for the event. */
  readonly path: string;
  /** Segments that were replaced, with what they held: parameters of the path. */
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

const MAX_SEGMENTS = 32;
const MAX_PATH = 1024;
/** A title with its number, which the application's data puts there. */
const SLUG = /^(?:\d+[-_](?=.*\p{L})[\p{L}\p{N}_.~-]+|(?=.*\p{L})[\p{L}\p{N}_.~-]*[-_]\d+)$/u;
/** What Java's servers append to addresses until they know that a client keeps cookies. */
const SESSION_IN_PATH = /;jsessionid=[\w.!~+-]{8,128}$/i;
/** Letters with a digit or a sign between, or capitals alone. */
const CODE = /^(?=.{4,64}$)(?:(?=.*\d)[A-Za-z\d]+(?:[-_][A-Za-z\d]+){0,7}|[A-Z]+(?:-[A-Z]+){0,7})$/;
/** A number with letters, as orders, parcels and articles have: `T437204`, `ATL-B854`, `inv20240017`. */
const REFERENCE = /^(?=.{5,64}$)(?=.*[A-Za-z])(?:(?=(?:\D*\d){3})[A-Z\d]+(?:[-_][A-Z\d]+){0,7}|[A-Za-z]{1,4}\d{4,})$/;
/** Segments of words are the application's own. */
const WORDLIKE = /^[\p{L}_~@$][\p{L}\p{N}_.~@$-]{0,63}$/u;

/**
 * The path of a request, decoded once: `/user/123/edit` is `/user/{digits}/edit` with the parameter `/user/` = 123, so
 * that one endpoint stays one endpoint, and nothing that looks like a token stays in it. A path with `..` in it in any
 * dress, which clients resolve before they send it, is a parameter as a whole, as it was sent.
 */
export const requestPath = remembered((raw: string): RequestPath => {
  const climbing = isClimbing(undoEncodings(raw.slice(0, MAX_PATH)).text);
  const values = climbing ? [{ name: '/..', value: raw.slice(0, MAX_PATH) }] : [];
  if (!raw.startsWith('/')) return { path: raw === '*' ? '*' : '{other}', values };
  const segments = raw.split('/').slice(1);
  const shown: string[] = [];
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    const text = percentDecoded(segment, false).replace(SESSION_IN_PATH, '');
    const kind = codeAfter(shown.at(-1), text) ?? kindOf(text);
    if (kind !== undefined) values.push({ name: `/${shown.join('/')}`.slice(0, 128), value: text });
    shown.push(kind ?? text);
  }
  if (segments.length > MAX_SEGMENTS) shown.push('{more}');
  return { path: `/${shown.join('/')}`.slice(0, MAX_PATH), values };
});

/** A code where the path says that one stands: `/voucher/X7K2P9`. Those of letters alone may be a word of the application. */
function codeAfter(before: string | undefined, text: string): string | undefined {
  return before !== undefined && CODE.test(text) && namesCode(before) ? '{token}' : undefined;
}

function kindOf(text: string): string | undefined {
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return '{digits}';
  if (/^(?:[0-9a-fA-F]{8,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/.test(text)) return '{hex}';
  if (SLUG.test(text)) return '{slug}'; // a title with its number: `brass-bell-12`, `12-brass-bell`
  if (REFERENCE.test(text)) return '{reference}';
  const digits = text.replace(/\D/g, '').length;
  if (looksSecret(text) || (text.length > 24 && digits > 4)) return '{token}';
  return WORDLIKE.test(text) || /^\.[\w.-]{1,63}$/.test(text) ? undefined : '{text}';
}
