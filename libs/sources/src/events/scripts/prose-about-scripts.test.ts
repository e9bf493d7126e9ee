import { describe, expect, it } from 'vitest';

import { readAsMarkup } from './markup.js';

describe('prose about scripts', () => {
  it.each([
    'The tag <script> must be escaped, said he. f(x) = 1',
    '<script> is the tag that (in HTML) …',
    '<SCRIPT> ist das Element, das f() ruft',
    'The tag <script> must be escaped</script>',
  ])('takes %s for no program', (text) => {
    expect(readAsMarkup(text)).toMatchObject({ grade: 2, live: [] });
  });

  it.each([
    'var x = 1; f(x)',
    'new Image().src = "/x"',
    'async function f() {} f()',
    'alert (1)',
    'alert\nfetch("/x")',
    'a in b, f()',
    'a of b, f()',
    '// must be\nf()',
    '/* must be */ f()',
    'throw f()',
    'let f = 1; g(f)',
    '"must be"; f()',
    'a  /b/ c, f()',
  ])('takes %s for a program that may run', (text) => {
    expect(readAsMarkup(`The tag <script> ${text}</script>`).grade).toBe(3);
  });

  it('reads on behind it, as a filter may take the tag out', () => {
    expect(readAsMarkup('<script> must be <script>alert(1)</script>').grade).toBe(3);
    expect(readAsMarkup('<script> must be <img src=x onerror=alert(1)>').grade).toBe(3);
    expect(readAsMarkup('<script> must be </script><svg onload=f()>').grade).toBe(3);
  });

  it('excuses no element that has attributes: it may be of another language', () => {
    expect(readAsMarkup('<script language=vbscript>Dim x, f(1)</script>').grade).toBe(3);
  });
});
