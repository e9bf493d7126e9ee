import { describe, expect, it } from 'vitest';

import { StrayValues } from './stray-values.js';

const nothing = { agent: '', referer: '', target: '/', others: [], parameters: [] };
const stray = (): StrayValues => new StrayValues((text) => text);

describe('values that are no parameters', () => {
  it.each([
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'curl/8.5.0',
    'python-requests/2.32.3',
    'Dalvik/2.1.0 (Linux; U; Android 14; SM-G998B Build/UP1A.231005.007)',
    'Apache-HttpClient/4.5.14 (Java/17.0.9)',
    'kube-probe/1.34',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'okhttp/4.12.0',
  ])('leaves the agent %s alone', (agent) => {
    expect(stray().of({ ...nothing, agent })).toEqual([]);
  });

  it.each([
    ['agent', "x' UNION SELECT login,pass FROM customers -- ", 'header', 'user-agent'],
    ['agent', '<script src=//evil.example></script>', 'header', 'user-agent'],
    ['agent', '() { :; }; /bin/cat /etc/passwd', 'header', 'user-agent'],
    ['referer', 'http://x/<script>alert(1)</script>', 'header', 'referer'],
  ] as const)('tells an attack in the %s: %s', (where, value, kind, name) => {
    expect(stray().of({ ...nothing, [where]: value })).toEqual([{ where: kind, name, value }]);
  });

  it('tells an attack in the name of a parameter', () => {
    const name = "a' or 1=1-- ";
    expect(
      stray().of({
        ...nothing,
        parameters: [
          { name: 'q', value: '1' },
          { name: 'items[0].price', value: '1' },
          { name, value: '1' },
        ],
      }),
    ).toEqual([{ where: 'name', name: '', value: name }]);
  });

  it.each([
    ['password[$ne]', '[$ne]'],
    ['login.$gt', '[$gt]'],
    ['$or[].name', '[$or]'],
    ['__proto__[isAdmin]', '__proto__[isAdmin]'],
    ['a.__proto__.isAdmin', '[__proto__]'],
    ['constructor.prototype.isAdmin', '[constructor[prototype]'],
  ])('tells a name that leads to an operator or a prototype: %s', (name, value) => {
    const [found] = stray().of({ ...nothing, parameters: [{ name, value: '1' }] });
    expect(found).toMatchObject({ where: 'name', name: '' });
    expect(found!.value).toContain(value);
  });

  it.each(['$filter', '$select', '$type', '$ref', 'price.$', 'constructor', 'prototype', 'proto[a]', 'items[0].$key'])(
    'leaves the name %s alone',
    (name) => {
      expect(stray().of({ ...nothing, parameters: [{ name, value: '1' }] })).toEqual([]);
    },
  );

  it('leaves a referer alone that repeats what was asked', () => {
    const values = stray();
    const target = '/search?q=%3Cscript%3Ealert(1)%3C/script%3E';
    const referer = `https://shop.test${target}`;
    expect(values.of({ ...nothing, referer })).toHaveLength(1);
    expect(values.of({ ...nothing, target })).toEqual([]);
    expect(values.of({ ...nothing, referer })).toEqual([]);
  });
});
