import { describe, expect, it } from 'vitest';

import { readValue } from '../web/read-value.js';

const sql = (text: string): number => readValue(text).sql.grade;
const markup = (text: string): number => readValue(text).markup.grade;

describe('queries that are written to get past a filter', () => {
  it.each([
    ['keywords broken up by elements', '5 uni<x>on sele<x>ct 7'],
    ['by signs that nobody sees', '5 uni\u200bon sele\u200bct name fr\u200bom staff'],
    ['by comments', '5 UNI/**/ON/**/SELE/**/CT/**/name/**/FR/**/OM/**/staff'],
    ['by the joint of a list', String.raw`5 uni\",\"on se\",\"lect 7`],
    ['comments that the database executes', '5 /*!80000 union*/ /*!select*/ name'],
    ['comments for blanks between keywords', '/**/union/**/select'],
    ['signs and numbers stuck to keywords', 'select-7e0from`staff`'],
    ['the same in base64', Buffer.from('*!union*/ /*!select*/ 7,8,9,10').toString('base64')],
  ])('%s', (_, text) => {
    expect(sql(text)).toBe(4);
  });

  it.each([
    'The <b>uni</b>on rep selects the dates from the list.',
    '/*!40101 SET NAMES utf8 */; is the first line of the dump',
    'select-all button, please; from Monday on',
    'SELECT * FROM parts /* all of them */ ORDER BY name',
    'Sil\u00adben\u00adtren\u00adnung und Auswahl',
    'colours: "red","blue","green"',
  ])('are not %j', (text) => {
    expect(sql(text)).toBeLessThan(3);
  });
});

describe('scripts that are written to get past a filter', () => {
  it.each([
    ['a call and nothing else', 'confirm.call(window,"x")'],
    ['a name in brackets', '(prompt)(document.domain)'],
    ['letters by their numbers', String.raw`al\u0065rt(7)`],
    ['a packed program', 'Function(atob("YWxlcnQoNyk="))()'],
    ['a program from the address', 'setTimeout(location.hash.slice(1)) #alert(7)'],
    ['a cookie by its name', "document['cookie']"],
    ['entities for signs', '&lt;svg/onload&equals;prompt(7)&gt;'],
    ['a handler that no browser has yet', '<p onsomedaynew=alert(7)>'],
    ['elements within words', '"autofo<i>cus onfo<i>cus=alert<i>(7)//'],
    ['a script that begins where another ends', "'>7</script><script/x='"],
  ])('%s', (_, text) => {
    expect(markup(text)).toBe(3);
  });

  it.each([
    'alert (in the meaning of warning) is the wrong word here',
    'document.title is what I mean, not the cookie',
    'Please confirm (by Monday)',
    'colours[0]',
    'H<sub>2</sub>O and CO<sub>2</sub>',
  ])('are not %j', (text) => {
    expect(markup(text)).toBeLessThan(3);
  });
});
