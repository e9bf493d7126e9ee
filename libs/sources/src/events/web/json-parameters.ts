import type { ParameterList } from './raw-parameter.js';

/** Longest name that is made of keys on the way down. */
const MAX_NAME = 256;
/** Levels whose names are kept; values below them have the name of the last. */
const MAX_LEVELS = 256;

interface Level {
  readonly name: string;
  readonly isList: boolean;
  key: string;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Every scalar of a JSON text but null, named by the keys that lead to it: `items[].price`. Reads what a lenient parser
 * may read as well (a text that was cut, repeated keys, of which each server takes one, quotes of the wrong kind,
 * comments): each string and each word is a key or a value. One pass, no recursion.
 */
export function addJson(list: ParameterList, text: string): void {
  const levels: Level[] = [];
  const nameHere = (): string => {
    const top = levels.at(-1);
    if (top === undefined) return '';
    if (top.isList) return `${top.name}[]`.slice(0, MAX_NAME);
    return (top.name === '' ? top.key : `${top.name}.${top.key}`).slice(0, MAX_NAME);
  };
  for (let at = 0; at < text.length && !list.full;) {
    const sign = text[at]!;
    if (sign === '{' || sign === '[') {
      if (levels.length < MAX_LEVELS) levels.push({ name: nameHere(), isList: sign === '[', key: '' });
      at++;
    } else if (sign === '}' || sign === ']') {
      levels.pop();
      at++;
    } else if (sign === ',' || sign === ':' || isBlank(sign)) {
      at++;
    } else {
      const word = sign === '"' || sign === "'" ? quoted(text, at) : bare(text, at);
      at = word.end;
      const top = levels.at(-1);
      if (top !== undefined && !top.isList && nextSign(text, at) === ':') {
        top.key = word.value;
        // What stands behind a key that acts may hold no value: `{"$ne":null}`.
        if (isNoField(word.value) && /^\s*:\s*[n[{]/.test(text.slice(at, at + 16))) list.add('body', nameHere(), '');
      } else if (word.value !== 'null' || sign === '"') list.add('body', nameHere(), word.value);
    }
  }
}

/** The text of a JSON body, whose encoding its first bytes tell (RFC 4627, 3); a byte order mark left out. */
export function jsonText(body: Uint8Array): string {
  const [a = 1, b = 1, c = 1] = body;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const littleEndian = (a === 0xff && b === 0xfe) || (a !== 0 && b === 0);
  const bigEndian = (a === 0xfe && b === 0xff) || (a === 0 && b !== 0);
  // Four bytes a character: the zero bytes between two-byte halves are left out with the rest.
  const wide = (littleEndian && c === 0) || (a === 0 && b === 0);
  if (wide)
    return Buffer.from(bytes.filter((byte) => byte !== 0))
      .toString('latin1')
      .replace(/^\xff\xfe|^\xfe\xff/, '');
  const even = bytes.subarray(0, bytes.length & ~1);
  const text = littleEndian
    ? even.toString('utf16le')
    : bigEndian
      ? Buffer.from(even).swap16().toString('utf16le')
      : bytes.toString('utf8');
  return text.replace(/^\ufeff/, '');
}

/** A key of other signs than those of a name, or an object's prototype. */
function isNoField(key: string): boolean {
  return /[^\w\s.:/@-]/.test(key) || key === '__proto__' || key === 'prototype';
}

function quoted(text: string, start: number): { value: string; end: number } {
  const quote = text[start];
  let value = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === quote) return { value: value + text.slice(from, at), end: at + 1 };
    if (text[at] !== '\\') continue;
    value += text.slice(from, at);
    const [sign = '', hex] = [text[at + 1], text.slice(at + 2, at + 6)];
    if (sign === 'u' && /^[0-9a-fA-F]{4}$/.test(hex)) {
      value += String.fromCharCode(Number.parseInt(hex, 16));
      at += 5;
    } else {
      value += ESCAPES[sign] ?? sign;
      at += 1;
    }
    from = at + 1;
  }
  return { value: value + text.slice(from), end: text.length };
}

function bare(text: string, start: number): { value: string; end: number } {
  let end = start + 1;
  while (end < text.length && !/[\s,:[\]{}"]/.test(text[end]!)) end++;
  const value = text.slice(start, end);
  return { value: NUMBER.test(value) ? String(Number(value)) : value, end };
}

function nextSign(text: string, start: number): string {
  let at = start;
  while (at < text.length && isBlank(text[at]!)) at++;
  return text[at] ?? '';
}

function isBlank(sign: string): boolean {
  return sign === ' ' || sign === '\n' || sign === '\r' || sign === '\t' || sign === '\ufeff';
}
