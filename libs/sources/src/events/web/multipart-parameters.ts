import type { ParameterList } from './raw-parameter.js';
import { utf8OrLatin1 } from '../values/value-decoding.js';

/** Boundaries that a content type may name, one after another; servers differ in which one they take. */
const MAX_BOUNDARIES = 4;
const MAX_NAME = 256;
/** A document's entity that stands elsewhere: drawings and tables have entities of their own alone. */
const EXTERNAL = /<!ENTITY\s[^>'"]{1,128}\b(?:SYSTEM|PUBLIC)\s{1,8}["'][^>]{0,256}/i;
const MAX_PROLOGUE = 8_192;

/**
 * The fields of a multipart body, and of files their names and the outer entities that they declare. Servers read broken
 * multipart in different ways, so every reading that one of them has gives a parameter: several boundaries; lines that
 * end without a carriage return, and parts behind the last boundary (PHP reads both); names in either kind of quotes or
 * none, or given twice; a file named by `filename*` alone (a field to PHP); a coding of the part's own (undone by Django).
 */
export function addMultipart(list: ParameterList, binary: string, contentType: string): void {
  const named = boundaries(contentType);
  const first = /^--([^\r\n]{1,200})\r?\n/.exec(binary)?.[1];
  const given = new Set<string>();
  const add = (name: string, value: string): void => {
    const field = `${name}\0${value}`;
    if (!given.has(field)) list.add('body', name, value);
    given.add(field);
  };
  for (const boundary of named.length > 0 || first === undefined ? named : [first.trimEnd()]) {
    const mark = `--${boundary}`;
    for (const part of looseParts(binary, mark)) addPart(add, part);
    for (const part of strictParts(binary, mark)) addPart(add, part);
    for (const part of headedParts(binary, mark)) addPart(add, part);
    if (!binary.includes(`${mark}\n`)) continue;
    for (const part of headedParts(binary.replace(/\r?\n/g, '\r\n'), mark)) addPart(add, part);
  }
}

function boundaries(contentType: string): string[] {
  const found = new Set<string>();
  for (const match of contentType.matchAll(/boundary[^=;,]{0,32}=\s*(?:"([^"]{0,256})"?|([^;,]{1,256}))/gi)) {
    const text = match[1] ?? match[2]?.trim() ?? '';
    if (text.trim() !== '') found.add(text);
    if (found.size >= MAX_BOUNDARIES) break;
  }
  return [...found];
}

/** What stands between lines that begin with the mark; the last part goes to the end of what was seen. */
function* looseParts(binary: string, mark: string): Generator<string> {
  let start = lineWith(binary, mark, 0);
  while (start >= 0) {
    const content = start + mark.length;
    const next = lineWith(binary, mark, content);
    if (!binary.startsWith('--', content)) yield binary.slice(content, next < 0 ? binary.length : next);
    start = next;
  }
}

/** Where a line begins with `mark`, from `from` on, or -1. */
function lineWith(binary: string, mark: string, from: number): number {
  let at = binary.indexOf(mark, from);
  while (at > 0 && binary[at - 1] !== '\n') at = binary.indexOf(mark, at + 1);
  return at;
}

/** What stands between whole lines of the mark, each ended by both signs; `endOf` finds the mark behind a part's beginning. */
function* markedParts(text: string, mark: string, endOf: (content: number) => number): Generator<string> {
  for (let start = text.indexOf(`\r\n${mark}\r\n`); start >= 0;) {
    const content = start + mark.length + 2;
    const next = endOf(content);
    yield text.slice(content, next < 0 ? text.length : next + 2);
    start = next >= 0 && !text.startsWith('--', next + mark.length + 2) ? next : -1;
  }
}

/** A part ends at the next whole line of the mark (RFC 2046, 5.1.1). */
function strictParts(binary: string, mark: string): Generator<string> {
  const text = `\r\n${binary}`;
  return markedParts(text, mark, (content) => {
    let next = text.indexOf(`\r\n${mark}`, content);
    while (next >= 0 && !/^(?:--|[ \t]*\r\n)/.test(text.slice(next + mark.length + 2, next + mark.length + 82)))
      next = text.indexOf(`\r\n${mark}`, next + 2);
    return next;
  });
}

/** A part's head is read to its end first: its value may begin with the mark itself (Tomcat; PHP, whatever ends lines). */
function headedParts(binary: string, mark: string): Generator<string> {
  const text = `\r\n${binary}`;
  return markedParts(text, mark, (content) => {
    const blank = text.indexOf('\r\n\r\n', content);
    return blank < 0 ? -1 : text.indexOf(`\r\n${mark}`, blank + 4);
  });
}

function addPart(add: (name: string, value: string) => void, part: string): void {
  const blank = /\n\r?\n/.exec(part);
  if (blank === null) return;
  const head = part.slice(0, blank.index).replace(/\r?\n[ \t]+/g, ' ');
  const disposition = [...head.matchAll(/^content-disposition[ \t]*:(.*)$/gim)]
    .map(([, value = '']) => value)
    .join(';');
  const content = part.slice(blank.index + blank[0].length).replace(/\r?\n$/, '');
  const names = attributes(disposition, 'name');
  const files = attributes(disposition, 'filename');
  const isFile = /[;\s]filename\s*=/i.test(disposition);
  // A part that is none to one server may go on with the value before it to another.
  for (const name of disposition === '' && content !== '' ? [''] : names) {
    for (const file of files) add(`${name}.filename`, file);
    if (isFile) {
      const entity = EXTERNAL.exec(content.slice(0, MAX_PROLOGUE))?.[0];
      if (entity !== undefined) add(name, entity);
      continue;
    }
    add(name, utf8OrLatin1(content));
    const decoded = transferDecoded(head, content);
    if (decoded !== undefined) add(name, utf8OrLatin1(decoded));
  }
}

/** Every value of an attribute, `name` or `name*`, that the header may be taken to give. */
function attributes(disposition: string, name: string): Set<string> {
  const pattern = new RegExp(
    `(?:^|[;\\s])${name}(\\*\\d?\\*?)?\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"?|('[^';]*')|([^;]*))`,
    'gi',
  );
  const found = new Set<string>();
  for (const [, star, inDouble, inSingle, plain = ''] of disposition.matchAll(pattern)) {
    const raw = inDouble ?? inSingle ?? plain.trim();
    const readings = [raw];
    if (inDouble?.includes('\\')) readings.push(raw.replace(/\\(["\\])/g, '$1'));
    if (inSingle !== undefined) readings.push(raw.slice(1, -1));
    if (/\s/.test(plain.trim())) readings.push(raw.split(/\s/, 1)[0]!);
    for (const text of star === undefined ? readings : [extended(raw)])
      found.add(utf8OrLatin1(text).slice(0, MAX_NAME));
  }
  return found;
}

/** `UTF-8''na%20me` (RFC 8187). */
function extended(text: string): string {
  const value = /^[^']*'[^']*'(.*)$/s.exec(text)?.[1] ?? text;
  return value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function transferDecoded(head: string, content: string): string | undefined {
  const coding = /^content-transfer-encoding[ \t]*:[ \t]*([\w-]+)/im.exec(head)?.[1]?.toLowerCase();
  if (coding === 'base64') return Buffer.from(content, 'base64').toString('latin1');
  if (coding !== 'quoted-printable') return undefined;
  return content
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
