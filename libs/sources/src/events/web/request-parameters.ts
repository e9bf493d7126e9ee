import type { Unseen } from '@plimsoll/contracts';

import { remembered } from '../../bytes/remembered.js';
import { decodeContent } from '../../http/content-decoding.js';
import { headerFact, headerValues } from '../../http/header-facts.js';
import type { HttpRequestParts } from '../../http/http-exchange.js';
import { inOwnCharset } from './body-charset.js';
import { addBody } from './body-parameters.js';
import { addCookies, addForm, cookiesOf } from './form-parameters.js';
import { looksSecret } from '../values/privacy.js';
import { ParameterList, type RawParameter } from './raw-parameter.js';

/** What a request asks, and why there may be more. */
export interface RequestReading {
  /** Of query, body and cookies, in this order. */
  readonly parameters: readonly RawParameter[];
  readonly unseen: readonly Unseen[];
}

/** Longest decoded form of a coded body that is read. */
const MAX_DECODED = 262_144;
const MAX_CODINGS = 4;
/** Character sets in which ASCII stands for itself: what they decode differently is no sign of a language. */
const PLAIN_CHARSET =
  /^(?:utf-?8|(?:us-)?ascii|iso-?8859-\d{1,2}|latin-?\d|(?:windows|cp)-?125\d|gb2312|gbk|gb18030|big5|euc-(?:jp|kr)|shift_jis|koi8-[ru])$/i;

/**
 * The parameters of a rebuilt request, by every reading that a common server has of them: where servers differ (a header
 * given twice, a coding that only some undo) the parameters of each reading are there.
 */
export function requestParameters(request: HttpRequestParts, query: string): RequestReading {
  const list = new ParameterList();
  const unseen = new Set<Unseen>(request.unseen);
  if (!request.complete) unseen.add('bytes');
  addForm(list, query, 'query');
  const { types, plain, codings, cookies } = bodyHeaders(request.headers);
  const decoded = undoCodings(request.body, codings);
  // Whether a server undoes a coding of a request nobody can tell from outside: both readings are there, and doubt.
  if (decoded !== request.body) unseen.add('coding');
  if (!plain) unseen.add('coding');
  for (const type of types) {
    addBody(list, request.body, type);
    if (decoded !== undefined && decoded !== request.body) addBody(list, decoded, type);
    for (const text of inOwnCharset(decoded ?? request.body, type)) addBody(list, text, type);
  }
  addCookies(list, cookies);
  if (list.overflowed) unseen.add('parameters');
  return { parameters: list.found, unseen: [...unseen] };
}

/** What the headers say of how the body is to be read, and the cookies in them. */
const bodyHeaders = headerFact((headers) => {
  const given = [...new Set(headerValues(headers, 'content-type'))].slice(0, MAX_CODINGS);
  const types = given.length === 0 ? [''] : given;
  const codings = headerValues(headers, 'content-encoding').join(',');
  return { types, codings, plain: types.every(isPlainCharset), cookies: cookiesOf(headerValues(headers, 'cookie')) };
});

/** `a=1&b=2` as parameters, in order. */
export function formParameters(text: string, where: 'query' | 'body'): readonly RawParameter[] {
  const list = new ParameterList();
  addForm(list, text, where);
  return list.found;
}

/** The parameters of a body by its content type, and by what it looks like. */
export function bodyParameters(body: Uint8Array, contentType: string): readonly RawParameter[] {
  const list = new ParameterList();
  addBody(list, body, contentType);
  return list.found;
}

/** A name as profiles know it: positions in lists left out, what looks like a secret hidden. */
export const parameterName = remembered((name: string): string => {
  const plain = name.replace(/\[\d+\]/g, '[]').slice(0, 128);
  return looksSecret(plain) || /[<>'"`]/.test(plain) || plain.length > 100 ? '{odd}' : plain;
});

/** The body without its content codings; undefined where one of them cannot be undone. */
function undoCodings(body: Uint8Array, header: string): Uint8Array | undefined {
  if (header === '' || body.byteLength === 0) return body;
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) return undefined;
  let plain: Uint8Array | undefined = body;
  for (const coding of codings.reverse()) plain = plain && decodeContent(plain, coding, MAX_DECODED);
  return plain;
}

function isPlainCharset(contentType: string): boolean {
  for (const [, value = ''] of contentType.matchAll(/charset\s*=\s*["']?([^"';,\s]{0,64})/gi))
    if (value !== '' && !PLAIN_CHARSET.test(value)) return false;
  return true;
}
