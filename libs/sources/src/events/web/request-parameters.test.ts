import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { memory, context, http } from '../exchange.fixture.js';
import { bodyParameters, requestParameters } from './request-parameters.js';
import { toWebRequest } from './web-request-event.js';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=b';
const pairs = (body: string | Uint8Array, type: string): [string, string][] =>
  bodyParameters(Buffer.from(body), type).map(({ name, value }) => [name, value]);
const part = (disposition: string, value: string, eol = '\r\n'): string =>
  `--b${eol}Content-Disposition: form-data; ${disposition}${eol}${eol}${value}${eol}--b--${eol}`;

describe('multipart', () => {
  it.each([
    ['a name without quotes', part('name=bio', 'x')],
    ['bare line feeds', part('name="bio"', 'x', '\n')],
    ['a preamble', `before\r\n${part('name="bio"', 'x')}`],
    ['no last boundary', part('name="bio"', 'x').replace('--b--\r\n', '')],
    ['a folded header', part('\r\n name="bio"', 'x')],
    ['a part behind the end', `--b--\r\n${part('name="bio"', 'x')}`],
    ['a file named by filename* alone', part(`name="bio"; filename*=UTF-8''a`, 'x')],
  ])('has its fields with %s', (_, body) => {
    expect(pairs(body, MULTIPART)).toContainEqual(['bio', 'x']);
  });

  it('has both readings of a name in single quotes, and of a value that one server ends sooner', () => {
    expect(pairs(part("name='bio'", 'x'), MULTIPART)).toEqual([
      ["'bio'", 'x'],
      ['bio', 'x'],
    ]);
    const values = pairs(part('name="bio"', 'x\n--b\nrest'), MULTIPART).map(([, value]) => value);
    expect(values).toEqual(['x', 'x\n--b\nrest']);
  });

  it('has a value that begins with the boundary, where a server reads the head to its end first', () => {
    const body = '--b\r\nContent-Disposition: form-data; name="role"\r\n\r\n--b\r\n--b--\r\n';
    expect(pairs(body, MULTIPART)).toContainEqual(['role', '--b']);
  });

  it('has the parts of every boundary that is named', () => {
    const body = part('name="one"', '1') + part('name="two"', '2').replaceAll('--b', '--c');
    const found = pairs(body, 'multipart/form-data; boundary=b; boundary=c');
    expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(['one', 'two']));
  });
});

describe('JSON', () => {
  it('has every value of a repeated key, at any depth', () => {
    const nested = `${'{"a":'.repeat(20)}"deep"${'}'.repeat(20)}`;
    expect(pairs(`{"bio":"1","bio":"\\u0027 or 1","n":[1.50,true,null]}`, 'application/json')).toEqual([
      ['bio', '1'],
      ['bio', "' or 1"],
      ['n[]', '1.5'],
      ['n[]', 'true'],
    ]);
    expect(pairs(nested, 'application/json')[0]?.[1]).toBe('deep');
  });

  it('is read in UTF-16, behind a byte order mark, and where it is cut', () => {
    const text = '{"bio":"x"}';
    for (const body of [
      Buffer.from(text, 'utf16le'),
      Buffer.from(`\ufeff${text}`),
      Buffer.from('{"bio":"x","more":"y'),
    ])
      expect(pairs(body, 'application/json')).toContainEqual(['bio', 'x']);
  });

  it('costs a pass where it is deep', () => {
    expect(pairs('['.repeat(200_000), 'application/json')).toEqual([]);
  });
});

describe('a request', () => {
  const request = (headers: [string, string][], body: string | Uint8Array) => {
    const { request } = http({ method: 'POST', headers });
    return requestParameters({ ...request, body: Buffer.from(body) }, '');
  };

  it('has what a coded body holds, and what a server sees that does not undo it', () => {
    const coded = request(
      [
        ['Content-Type', FORM],
        ['Content-Encoding', 'gzip'],
      ],
      gzipSync('bio=x'),
    );
    expect(coded.parameters.map(({ name }) => name)).toContain('bio');
    const plain = request(
      [
        ['Content-Type', FORM],
        ['Content-Encoding', 'gzip'],
      ],
      'bio=x',
    );
    expect(plain).toMatchObject({ parameters: [{ name: 'bio' }], unseen: ['coding'] });
  });

  it('says where its character set is not read', () => {
    expect(request([['Content-Type', `${FORM}; charset=ibm037`]], 'a=b').unseen).toEqual(['coding']);
    expect(request([['Content-Type', `${FORM}, text/plain`]], 'a=b')).toMatchObject({
      parameters: [{ name: 'a' }],
      unseen: [],
    });
  });

  it('has the cookies of every header', () => {
    const { parameters } = request(
      [
        ['Cookie', 'a=1'],
        ['Cookie', 'b=2; c="3"'],
      ],
      '',
    );
    // Apache and gunicorn join several headers by a comma.
    const joined = ['a1, b=2', 'a1,b=2'];
    expect(parameters.map(({ name, value }) => name + value)).toEqual(['a1', 'b2', 'c3', ...joined]);
  });

  it('has a name as PHP cuts it, at a zero byte', () => {
    const { parameters } = request([['Content-Type', FORM]], 'role%00x=admin');
    expect(parameters.map(({ name }) => name)).toEqual(['role\0x', 'role']);
  });

  it('keeps the parameters that its endpoint is known for, and the telling ones, behind a crowd', () => {
    const known = memory();
    const crowd = Array.from({ length: 900 }, (_, i) => `p${i}=1`).join('&');
    const send = (body: string) =>
      toWebRequest(http({ method: 'POST', headers: [['Content-Type', FORM]], body }), context(), known);
    send('bio=hello');
    const found = send(`${crowd}&bio=1&role=x' or 1=1 -- `);
    const names = found.parameters.map(({ name }) => name);
    expect(names).toHaveLength(64);
    expect(names).toEqual(expect.arrayContaining(['bio', 'role']));
    expect(found).toMatchObject({ parametersDropped: 838, unseen: ['parameters'] });
  });
});
