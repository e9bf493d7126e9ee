import { describe, expect, it } from 'vitest';

import { readValue } from './read-value.js';
import { inOwnCharset } from './body-charset.js';
import { bodyParameters } from './request-parameters.js';

const ATTACK = "' or 1=1-- -";
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const form = `a=1&q=${encodeURIComponent(ATTACK)}`;
const object = JSON.stringify({ q: ATTACK });

function part(head: string, value = ATTACK, end = '\r\n--b--'): string {
  return `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}${end}`;
}

function highestSql(body: string, type: string): number {
  const found = bodyParameters(Buffer.from(body, 'latin1'), type);
  return Math.max(0, ...found.map(({ value }) => readValue(value).sql.grade));
}

const deep = (depth: number): string => `${'{"a":'.repeat(depth)}${JSON.stringify(ATTACK)}${'}'.repeat(depth)}`;

describe('bodies that hide a parameter', () => {
  it.each([
    ['JSON 100 deep', deep(100)],
    ['JSON 50,000 deep', deep(50_000)],
    ['a key given twice', `{"q":"${ATTACK}","q":"x"}`],
    ['a prototype', `{"__proto__":{"q":"${ATTACK}"}}`],
    ['a byte order mark', `\xef\xbb\xbf${object}`],
    ['UTF-16', Buffer.from(object, 'utf16le').toString('latin1')],
    ['a comma too many', `{"q":"${ATTACK}",}`],
    ['a comment', `{/*x*/"q":"${ATTACK}"}`],
    ['single quotes', `{'q':"${ATTACK}"}`],
    ['a number that is none', `{"n":NaN,"q":"${ATTACK}"}`],
    ['a second object', `{"a":1}${object}`],
    ['a form', form],
  ])('are read where JSON is %s', (_, body) => {
    expect(highestSql(body, JSON_TYPE)).toBe(4);
  });

  it.each([
    ['text/plain', object],
    [FORM, object],
    ['application/vnd.api+json', object],
    ['application/x-ndjson', `{"a":1}\n${object}\n`],
    ['application/xml', `<a><q>${ATTACK}</q></a>`],
    ['text/xml', `<a><q><![CDATA[${ATTACK}]]></q></a>`],
    ['', form],
    [FORM.toUpperCase(), form],
    [`;;, ${FORM}`, form],
    ['application/octet-stream', `q=${ATTACK}`],
    [FORM, `${'&'.repeat(250_000)}${form}`],
    [FORM, 'q=%u0027 or 1=1-- -'],
    [FORM, 'q=%27%zz or 1=1-- -'],
    [FORM, `q%00x=${encodeURIComponent(ATTACK)}`],
  ])('are read as %s', (type, body) => {
    expect(highestSql(body, type)).toBe(4);
  });

  it.each([
    ['the extended form of a file name', part('name="q"; filename*=UTF-8\'\'x'), 'b'],
    ['the extended form of a name', part("name*=UTF-8''q"), 'b'],
    ['no end', part('name="q"', ATTACK, ''), 'b'],
    ['base64', part('name="q"\r\nContent-Transfer-Encoding: base64', Buffer.from(ATTACK).toString('base64')), 'b'],
    ['quoted-printable', part('name="q"\r\nContent-Transfer-Encoding: quoted-printable', '=27=20or=201=3D1--'), 'b'],
    ['a folded header', part('\r\n name="q"'), 'b'],
    ['two boundaries', part('name="q"'), 'x; boundary=b'],
    [
      'parts in a part',
      part('name="q"\r\nContent-Type: multipart/mixed; boundary=c', `--c\r\n\r\n${ATTACK}\r\n--c--`),
      'b',
    ],
    ['words before', `x\r\n${part('name="q"')}`, 'b'],
    [
      'line feeds alone, and a value that begins as a part ends',
      part('name="q"', `--b${ATTACK}`).replace(/\r/g, ''),
      'b',
    ],
    ['a blank behind the boundary', part('name="q"').replace('--b', '--b '), '"b"'],
  ])('are read in parts with %s', (_, body, boundary) => {
    expect(highestSql(body, `multipart/form-data; boundary=${boundary}`)).toBe(4);
  });
});

describe('bodies in a character set of their own', () => {
  const text = (codes: string): Buffer => Buffer.from(codes, 'hex');
  // `q=' or 1=1--` in EBCDIC: as a whole, and the value alone, as `%7D%40…`.
  const ebcdic = '987e7d409699 40f17ef16060'.replace(' ', '');
  const wide = Buffer.from(form, 'utf16le');

  it.each([
    ['UTF-7, its plus signs as such', 'utf-7', 'q=%2BACc- or 1=1-- -'],
    ['EBCDIC', 'ibm037', text(ebcdic)],
    ['EBCDIC between signs of ASCII', 'IBM500', 'q=%7D%40%96%99%40%F1%7E%F1%60%60'],
    ['UTF-16', 'utf-16le', wide],
    ['UTF-16 of the other end', 'utf-16', Buffer.from(wide).swap16()],
  ])('are read: a form in %s', (_, charset, body) => {
    const bytes = Buffer.from(body as string, 'latin1');
    const type = `${FORM}; charset=${charset}`;
    const found = inOwnCharset(bytes, type).flatMap((each) => bodyParameters(each, type));
    expect(Math.max(...found.map(({ value }) => readValue(value).sql.grade))).toBe(4);
  });

  it.each(['utf-8', 'iso-8859-1', 'windows-1252', 'cp1252', 'cp932', 'ibm850', 'shift_jis', 'none'])(
    'are left alone in %s',
    (charset) => {
      expect(inOwnCharset(Buffer.from(form), `${FORM}; charset=${charset}`)).toEqual([]);
    },
  );
});

describe('documents that are said to be something else', () => {
  const entity = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';
  const kinds = (body: Buffer, type: string): string[] =>
    bodyParameters(body, type).flatMap(({ value }) => readValue(value).acts.map(({ kind }) => kind));

  it.each([
    ['bytes', 'application/octet-stream', Buffer.from(entity)],
    ['a picture', 'image/png', Buffer.from(entity)],
    ['XML in UTF-16', 'application/xml', Buffer.from(`\ufeff${entity}`, 'utf16le')],
    ['XML in UTF-16 without a mark', 'text/xml', Buffer.from(entity, 'utf16le').swap16()],
  ])('are read as %s', (_, type, body) => {
    expect(kinds(body, type)).toContain('entity');
  });

  it.each([
    ['image/png', Buffer.from('\x89PNG\r\n\x1a\n<?xml', 'latin1')],
    ['application/octet-stream', Buffer.from("' or 1=1-- - in a file of notes")],
    ['application/octet-stream', Buffer.from([0, 1, 2, 3, 0, 60, 0, 63])],
  ])('are none: %s', (type, body) => {
    expect(bodyParameters(body, type)).toEqual([]);
  });
});

describe('a document in a file', () => {
  const valuesOf = (content: string): string[] =>
    bodyParameters(
      Buffer.from(part('name="q"; filename="a.svg"', content), 'latin1'),
      'multipart/form-data; boundary=b',
    ).map(({ value }) => value);

  it('is told where it declares what stands elsewhere', () => {
    const [, entity = ''] = valuesOf(`<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://x.example/x.dtd"> %x;]><svg/>`);
    expect(readValue(entity).acts).toContainEqual(expect.objectContaining({ kind: 'entity', grade: 3 }));
  });

  it('is a file as any other with entities of its own', () => {
    const drawn =
      '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [<!ENTITY ns "http://ns.example/1.0/">]><svg/>';
    expect(valuesOf(drawn)).toEqual(['a.svg']);
  });
});

describe('keys of JSON that act', () => {
  it.each([
    ['{"user":"ann","pin":{"$ne":null}}', 'pin.$ne'],
    ['{"pin":{"$nin":[]}}', 'pin.$nin'],
    ['{"pin":{"$not":{}}}', 'pin.$not'],
    ['{"a":{"__proto__":{}}}', 'a.__proto__'],
    ['{"\' or 1=1-- -":null}', "' or 1=1-- -"],
  ])('are told though nothing stands behind them: %s', (body, name) => {
    expect(bodyParameters(Buffer.from(body), JSON_TYPE).map((each) => each.name)).toContain(name);
  });

  it('are told once where a value stands behind them, and names not at all', () => {
    expect(bodyParameters(Buffer.from('{"a":{"$gt":""},"b":null,"c":{},"xml:lang":null}'), JSON_TYPE)).toEqual([
      { where: 'body', name: 'a.$gt', value: '' },
    ]);
  });
});
