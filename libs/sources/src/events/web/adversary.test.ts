import { describe, expect, it } from 'vitest';

import { readValue } from './read-value.js';
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
