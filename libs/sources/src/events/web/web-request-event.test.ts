import { WebRequest } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { context, http, memory, type HttpParts } from '../exchange.fixture.js';
import { toWebRequest, type SentStatement } from './web-request-event.js';

const event = (parts: HttpParts, privacy: 'strict' | 'balanced' | 'full' = 'balanced'): WebRequest =>
  toWebRequest(http(parts), context(privacy), memory());
const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;

describe('a web request as an event', () => {
  it('has the parameters of query, path, form, JSON and multipart', () => {
    const names = (parts: HttpParts): string[] => event(parts).parameters.map(({ where, name }) => `${where} ${name}`);
    expect(names({ target: '/items/42/edit?q=a&q=b' })).toEqual(['query q', 'query q', 'path /items']);
    expect(event({ target: '/items/42/edit' }).path).toBe('/items/{digits}/edit');
    expect(names({ method: 'POST', headers: [FORM], body: 'a=1&items%5B3%5D=x' })).toEqual(['body a', 'body items[]']);
    expect(
      names({ method: 'POST', headers: [['Content-Type', 'application/json']], body: '{"a":{"b":[1,"x"]}}' }),
    ).toEqual(['body a.b[]', 'body a.b[]']);
    const multipart =
      '--q\r\nContent-Disposition: form-data; name="t"\r\n\r\nhello\r\n--q\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\n\r\n\x89\r\n--q--';
    expect(
      names({ method: 'POST', headers: [['Content-Type', 'multipart/form-data; boundary=q']], body: multipart }),
    ).toEqual(['body t', 'body f.filename']);
  });

  it.each([
    ['under its name once more', "sid=8f3a9c41d27b60e5; sid=' union select pin from staff-- -"],
    ['as a token', 'sid=rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA'],
  ])("tells what acts as the session's own cookie, %s, and its value nowhere", (_, cookie) => {
    const sent = (value: string): WebRequest => event({ headers: [['Cookie', value]] }, 'full');
    const [found] = sent(cookie).parameters;
    expect(found).toMatchObject({ where: 'cookie', name: 'sid' });
    expect(found!.value).toBeUndefined();
    expect(sent('sid=8f3a9c41d27b60e5').parameters).toEqual([]);
  });

  it('undoes encodings, and counts those that nobody needs', () => {
    const [parameter] = event({ target: '/s?q=%253Cscript%253Ealert(1)%253C%252Fscript%253E' }).parameters;
    expect(parameter).toMatchObject({ markup: 3, extraDecodings: 1 });
    expect(event({ target: '/s?q=x%2527%2520OR%25201%253D1%2523' }).parameters[0]).toMatchObject({ sql: 4 });
    expect(event({ target: '/s?q=%26lt%3Bscript%26gt%3Bx' }).parameters[0]?.markup).toBe(2);
    expect(event({ target: '/s?q=%uff1cscript%uff1ealert(1)%uff1c/script%uff1e' }).parameters[0]).toMatchObject({
      markup: 3,
    });
  });

  it.each([
    ['/login?error=1', '/login', undefined, true],
    ['http://shop.test/login', '/enter', 'http://shop.test/login?next=%2F', true],
    ['/index.php?page=login&failed=1', '/index.php?page=enter', 'http://shop.test/index.php?page=login', true],
    ['/index.php?page=home', '/index.php?page=enter', 'http://shop.test/index.php?page=login', false],
    ['index.php?page=login', '/index.php?page=login', undefined, true],
    ['?page=login&failed=1', '/index.php?page=enter', 'http://shop.test/index.php?page=login', true],
    ['../login.jsp', '/do/enter', 'http://shop.test/login.jsp;jsessionid=0A1B2C3D4E5F6071', true],
    ['index.php', '/index.php?page=enter', 'http://shop.test/index.php?page=login', false],
    ['http://[', '/enter', undefined, false],
    ['/', '/enter', 'http://shop.test/login', false],
    ['http://elsewhere.test/login', '/login', undefined, false],
    ['/login', '/enter', 'http://elsewhere.test/login', false],
  ])('tells whether a redirect to %s leads back from %s, asked from %s', (location, target, referer, leadsBack) => {
    const sent = event({
      method: 'POST',
      target,
      headers: referer === undefined ? [] : [['Referer', referer]],
      status: 302,
      responseHeaders: [['Location', location]],
    });
    expect(sent.leadsBack ?? false).toBe(leadsBack);
  });

  it('tells other origins of the same site apart by their ports', () => {
    const from = (origin: string): string | undefined =>
      event({ method: 'POST', target: '/save', headers: [['Origin', origin]] }).foreignSite;
    expect(from('http://shop.test')).toBeUndefined();
    const seen = ['http://pay.shop.test', 'http://shop.test.example', 'http://mail.shop.test'].map(from);
    expect(new Set([...seen, undefined]).size).toBe(4);
    expect(from('http://pay.shop.test')).toBe(seen[0]);
  });

  it('takes each port of an address or a bare name for another site, and all ports of a domain for one', () => {
    const from = (origin: string): string | undefined =>
      event({ method: 'POST', target: '/save', headers: [['Origin', origin]] }).foreignSite;
    for (const host of ['192.0.2.7', 'partner', '[2001:db8::7]']) {
      expect(from(`http://${host}:8443`)).toBeDefined();
      expect(from(`http://${host}:8443`)).not.toBe(from(`http://${host}:9000`));
    }
    expect(from('https://pay.example.org:8443')).toBe(from('https://www.example.org'));
  });

  it('tells addresses within the network apart by host and port, and keeps them to itself', () => {
    const acts = (url: string) => event({ target: `/preview?u=${encodeURIComponent(url)}` }).parameters[0]?.acts;
    const [one, again, other] = ['http://10.0.0.8:8000/a', 'http://10.0.0.8:8000/b', 'http://10.0.0.8:6379/'].map(acts);
    expect(one).toEqual(again);
    expect(one![0]).toMatchObject({ kind: 'address', grade: 2, tokens: 'inner address' });
    expect(one![0]!.at).not.toBe(other![0]!.at);
    expect(JSON.stringify(one)).not.toContain('10.0.0.8');
    expect(acts('http://intranet/a')).toEqual(acts('http://intranet:80/b'));
    expect(acts('http://intranet/a')).not.toEqual(acts('https://intranet/a'));
  });

  it.each(['<3', 'a < b', 'x<y', '5 > 3', '😀 <3 王芳', 'if (a<b && c>d) return;'])(
    'sees no markup that acts in %j',
    (value) => {
      expect(event({ target: `/s?q=${encodeURIComponent(value)}` }).parameters[0]?.markup).toBeLessThanOrEqual(1);
    },
  );

  it.each([
    '<script>x()</script>',
    '"><svg/onload=x()>',
    "' onmouseover='x()",
    '<img src=x onerror=x()>',
    'javascript:x()',
    'javascript:new Image().src=`/cart?item=1`',
    '<iframe srcdoc="x">',
    '<a href=" java&#x73;cript:x()">',
  ])('sees that %j runs a script', (value) => {
    expect(event({ target: `/s?q=${encodeURIComponent(value)}` }).parameters[0]?.markup).toBe(3);
  });

  it('knows which parameter brought the script that a later page serves, and forgets what a page escapes', () => {
    const held = memory();
    const script = '<script>steal("a")</script>';
    toWebRequest(
      http({ method: 'POST', target: '/c', headers: [FORM], body: `text=${encodeURIComponent(script)}` }),
      context(),
      held,
    );
    const served = toWebRequest(
      http({ target: '/page', response: `<html>${script}</html>`, ordinal: 1 }),
      context(),
      held,
    );
    expect(served.scripts).toMatchObject([
      { kind: 'inline', from: { parameter: 'text', event: 'test#http/7:11#1/0' } },
    ]);
    const escaped = toWebRequest(
      http({ target: '/page', response: '<html>&lt;script&gt;steal("a")&lt;/script&gt;</html>', ordinal: 2 }),
      context(),
      held,
    );
    expect(escaped.scripts).toEqual([]);
  });

  it('names one script by one digest, whatever data it is rendered with', () => {
    const page = (data: string): string | undefined =>
      event({ response: `<script>init({"user":"${data}","n":${data.length}})</script>` }).scripts[0]?.digest;
    expect(page('bob')).toBe(page('alice'));
    expect(page('bob')).not.toBe(event({ response: '<script>other("x")</script>' }).scripts[0]?.digest);
  });

  it('finds a value that became syntax in a statement, and none that was escaped', () => {
    const sent = (text: string): unknown => {
      const { statements } = toWebRequest(
        http({ target: `/s?q=${encodeURIComponent("x' OR 1=1 -- ")}` }),
        context(),
        memory(),
        [{ text, dialect: 'mysql', outline: 'o', writes: false, columnsWritten: [], failed: false }],
      );
      return statements[0]?.tainted;
    };
    expect(sent("SELECT a FROM t WHERE n='x' OR 1=1 -- '")).toMatchObject({ parameter: 'q', syntax: true });
    expect(sent("SELECT a FROM t WHERE n='x\\' OR 1=1 -- '")).toBeUndefined();
    expect(sent("SELECT a FROM t WHERE n='x'' OR 1=1 -- '")).toBeUndefined();
  });

  it('keeps a value that became syntax, however many requests are held open beside it', () => {
    const text = "SELECT a FROM t WHERE n='x' OR 1=1 -- '";
    const statement: SentStatement = {
      text,
      dialect: 'mysql',
      outline: 'o',
      writes: false,
      columnsWritten: [],
      failed: false,
    };
    const { statements } = toWebRequest(
      http({ target: `/s?q=${encodeURIComponent("x' OR 1=1 -- ")}` }),
      context(),
      memory(),
      [
        { ...statement, share: { own: 1, others: 500 } },
        { ...statement, text: 'SELECT 1', share: { own: 1, others: 500 } },
      ],
    );
    expect(statements.map(({ tainted, certainty = 1 }) => [tainted?.parameter, certainty])).toEqual([['q', 1]]);
  });

  it('tells where a request says that it comes from', () => {
    const from = (origin: string, referer: string): unknown[] => {
      const {
        origin: o,
        referer: r,
        refererPath,
      } = event({
        method: 'POST',
        headers: [
          ['Origin', origin],
          ['Referer', referer],
        ],
      });
      return [o, r, refererPath];
    };
    expect(from('http://shop.test', 'http://shop.test/items/5?x=1')).toEqual(['same', 'same', '/items/{digits}']);
    expect(from('http://evil.test.example', 'null')).toEqual(['foreign', 'null', undefined]);
    expect(from('null', '')).toEqual(['null', 'absent', undefined]);
  });

  it('keeps a session together by the cookie that the server set, whatever other cookies come and go', () => {
    const held = memory();
    const set = [['Set-Cookie', 'sid=abcdef0123456789abcdef; HttpOnly']] as const;
    const first = toWebRequest(http({ responseHeaders: set }), context(), held);
    const next = toWebRequest(
      http({ headers: [['Cookie', 'theme=dark; sid=abcdef0123456789abcdef']] }),
      context(),
      held,
    );
    const later = toWebRequest(
      http({ headers: [['Cookie', '_ga=GA1.2.1234567890.1234567890; sid=abcdef0123456789abcdef']] }),
      context(),
      held,
    );
    expect([next.session, later.session]).toEqual([first.session, first.session]);
    expect(first.sessionBy).toBe('cookie');
  });

  it('lets no secret out in any mode, and no literal under strict', () => {
    const parts: HttpParts = {
      method: 'POST',
      target: '/login/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc123?token=planted-token-1&note=card+4111+1111+1111+1111',
      headers: [
        FORM,
        ['Cookie', 'sid=planted-session-00001; pref=planted-pref-0002'],
        ['Authorization', 'Bearer planted-bearer-3'],
      ],
      body: 'user=alice-visible&password=planted-password-4&note=my+password%3Dplanted-password-4',
      response: 'x',
    };
    for (const mode of ['strict', 'balanced', 'full'] as const)
      expect(JSON.stringify(event(parts, mode))).not.toMatch(/planted|eyJ/);
    expect(JSON.stringify(event(parts, 'balanced'))).not.toContain('4111');
    expect(JSON.stringify(event(parts, 'balanced'))).toContain('alice-visible');
    expect(JSON.stringify(event(parts, 'strict'))).not.toContain('alice-visible');
  });

  it.each(["'", '"', '<', '<a ', '(', '%25', '&lt;', '-a', 'a-', '\\u0027', '/*', ';', '?,', "' or "])(
    'is done in bounded time with much of %j',
    (sign) => {
      const value = sign.repeat(20_000);
      const before = performance.now();
      event(
        { method: 'POST', target: `/${value}?q=${value}`, headers: [FORM], body: `a=${value}`, response: value },
        'full',
      );
      expect(performance.now() - before).toBeLessThan(2_000);
    },
  );

  it('gives events that the contract accepts, whatever is sent', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '=',
      '%',
      '%3C',
      '%u003c',
      '\\u0027',
      '--',
      '/*',
      ' or 1=1',
      '<svg onload=',
      '{',
      '[',
      '"a":',
      '\0',
      '\r\n',
      'é',
      '😀',
      '../',
      'a',
      '9',
    );
    const text = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom(
          'application/json',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=<',
          'text/plain',
          '',
        ),
        text,
        (target, body, type, response) => {
          const parsed = WebRequest.safeParse(
            event(
              {
                method: 'POST',
                target: `/${target}`,
                body,
                headers: [
                  ['Content-Type', type],
                  ['Cookie', body],
                  ['Referer', target],
                ],
                response,
              },
              'strict',
            ),
          );
          expect(parsed.error?.issues ?? []).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
