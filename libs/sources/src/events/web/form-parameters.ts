import type { ParameterList, RawParameter } from './raw-parameter.js';
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

/** Cookies, values unquoted; several headers count as one list. */
export function addCookies(list: ParameterList, headers: readonly string[]): void {
  for (const part of headers.join(';').split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    const value = part.slice(equals + 1).trim();
    const plain = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    list.add('cookie', part.slice(0, equals).trim(), percentDecoded(plain, false));
    if (list.full) return;
  }
}

function addPair(list: ParameterList, pair: string, where: RawParameter['where']): void {
  const equals = pair.indexOf('=');
  const name = percentDecoded(equals === -1 ? pair : pair.slice(0, equals), true);
  list.add(where, name, equals === -1 ? '' : percentDecoded(pair.slice(equals + 1), true));
}
