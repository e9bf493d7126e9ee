import { looksSecret } from '../values/privacy.js';
import { percentDecoded, utf8OrLatin1 } from '../values/value-decoding.js';

/** One parameter with its value, decoded once as its place asks for. */
export interface RawParameter {
  readonly where: 'query' | 'body' | 'path' | 'cookie';
  readonly name: string;
  readonly value: string;
}

/** Parameters of one place that are looked at; an event holds 64 in all. */
const MAX_PARAMETERS = 256;
const MAX_DEPTH = 8;
const MAX_VALUE = 65_536;

/** `a=1&b=2` as parameters, in order. */
export function formParameters(text: string, where: 'query' | 'body'): RawParameter[] {
  const found: RawParameter[] = [];
  for (const pair of text.split('&', MAX_PARAMETERS + 1)) {
    if (pair === '' || found.length >= MAX_PARAMETERS) continue;
    const equals = pair.indexOf('=');
    const name = percentDecoded(equals === -1 ? pair : pair.slice(0, equals), true);
    const value = equals === -1 ? '' : percentDecoded(pair.slice(equals + 1, equals + 1 + MAX_VALUE), true);
    found.push({ where, name: parameterName(name), value });
  }
  return found;
}

/** The parameters of a body by its content type: forms, multipart, JSON; anything else is one parameter of its own. */
export function bodyParameters(body: Uint8Array, contentType: string): RawParameter[] {
  if (body.byteLength === 0) return [];
  const binary = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 1_048_576)).toString('latin1');
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'multipart/form-data') return multipartParameters(binary, contentType);
  if (type.endsWith('json') || (type !== 'application/x-www-form-urlencoded' && /^\s*[[{]/.test(binary))) {
    const parsed = parsedJson(utf8OrLatin1(binary));
    if (parsed !== undefined) return jsonParameters(parsed);
  }
  if (type === 'application/x-www-form-urlencoded' || (type === '' && /^[^\s=&]{1,64}=/.test(binary)))
    return formParameters(binary, 'body');
  if (/^(?:image|audio|video|font)\/|octet-stream|zip|pdf/.test(type)) return [];
  return [{ where: 'body', name: '', value: utf8OrLatin1(binary.slice(0, MAX_VALUE)) }];
}

/** Cookies as parameters, values unquoted. */
export function cookieParameters(header: string): RawParameter[] {
  const found: RawParameter[] = [];
  for (const part of header.split(';', 64)) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    const value = percentDecoded(
      part
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
      false,
    );
    found.push({ where: 'cookie', name: parameterName(part.slice(0, equals).trim()), value });
  }
  return found;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A body that was cut, or no JSON after all: the caller reads it as text.
    return undefined;
  }
}

function jsonParameters(root: unknown): RawParameter[] {
  const found: RawParameter[] = [];
  const walk = (value: unknown, name: string, depth: number): void => {
    if (found.length >= MAX_PARAMETERS) return;
    if (Array.isArray(value)) {
      if (depth < MAX_DEPTH) for (const item of value.slice(0, MAX_PARAMETERS)) walk(item, `${name}[]`, depth + 1);
    } else if (typeof value === 'object' && value !== null) {
      if (depth < MAX_DEPTH) {
        for (const [key, item] of Object.entries(value).slice(0, MAX_PARAMETERS))
          walk(item, name === '' ? key : `${name}.${key}`, depth + 1);
      }
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      found.push({ where: 'body', name: parameterName(name), value: String(value).slice(0, MAX_VALUE) });
    }
  };
  walk(root, '', 0);
  return found;
}

function multipartParameters(binary: string, contentType: string): RawParameter[] {
  const boundary = /boundary="?([^";]{1,200})"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const found: RawParameter[] = [];
  for (const part of binary.split(`--${boundary}`, MAX_PARAMETERS).slice(1)) {
    const blank = part.indexOf('\r\n\r\n');
    if (blank === -1) continue;
    const head = part.slice(0, blank);
    const name = /\bname="([^"]{0,256})"/i.exec(head)?.[1];
    const file = /\bfilename="([^"]{0,256})"/i.exec(head)?.[1];
    if (name === undefined) continue;
    const value = part.slice(blank + 4, blank + 4 + MAX_VALUE).replace(/\r\n$/, '');
    if (file === undefined)
      found.push({ where: 'body', name: parameterName(utf8OrLatin1(name)), value: utf8OrLatin1(value) });
    else
      found.push({ where: 'body', name: parameterName(`${utf8OrLatin1(name)}.filename`), value: utf8OrLatin1(file) });
  }
  return found;
}

/** A name as profiles know it: positions in lists left out, what looks like a secret hidden. */
export function parameterName(name: string): string {
  const plain = name.replace(/\[\d+\]/g, '[]').slice(0, 128);
  return looksSecret(plain) || /[<>'"`]/.test(plain) || plain.length > 100 ? '{odd}' : plain;
}
