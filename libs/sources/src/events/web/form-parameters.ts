import { ParameterList, type RawParameter } from './raw-parameter.js';
import { percentDecoded } from '../values/value-decoding.js';

/** `a=1&b=2` as parameters, in order; `text` has one character a byte. */
export function addForm(list: ParameterList, text: string, where: 'query' | 'body'): void {
  for (let start = 0; start <= text.length && !list.full;) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand === -1 ? text.length : ampersand;
    if (end > start) addPair(list, text.slice(start, end), where);
    start = end + 1;
  }
}

/**
 * Cookies, values unquoted. Several headers are one list, joined by a semicolon (RFC 6265bis, 5.7) or by a comma (Apache,
 * gunicorn), which makes one value of what stands around it.
 */
export function cookiesOf(headers: readonly string[]): ParameterList {
  const list = new ParameterList();
  const given = new Set<string>();
  for (const joint of headers.length > 1 ? [';', ', ', ','] : [';']) {
    for (const part of headers.join(joint).split(';')) {
      if (list.full) return list;
      if (joint === ';' || !given.has(part)) addCookie(list, part);
      given.add(part);
    }
  }
  return list;
}

function addCookie(list: ParameterList, part: string): void {
  const equals = part.indexOf('=');
  if (equals === -1) return;
  const value = part.slice(equals + 1).trim();
  const plain = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  list.add('cookie', part.slice(0, equals).trim(), percentDecoded(plain, false));
}

/** Adds cookies that were read before. */
export function addCookies(list: ParameterList, cookies: ParameterList): void {
  if (cookies.overflowed) list.overflowed = true;
  for (const { where, name, value } of cookies.found) {
    if (list.full) return;
    list.add(where, name, value);
  }
}

function addPair(list: ParameterList, pair: string, where: RawParameter['where']): void {
  const equals = pair.indexOf('=');
  const name = percentDecoded(equals === -1 ? pair : pair.slice(0, equals), true);
  const value = equals === -1 ? '' : percentDecoded(pair.slice(equals + 1), true);
  list.add(where, name, value);
  // PHP's names end at a zero byte.
  const zero = name.indexOf('\0');
  if (zero > 0) list.add(where, name.slice(0, zero), value);
}
