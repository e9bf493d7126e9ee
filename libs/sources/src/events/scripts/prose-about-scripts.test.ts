import { describe, expect, it } from 'vitest';

import { readAsMarkup } from './markup.js';

describe('prose about scripts', () => {
  it.each([
    'The tag <script> must be escaped, said he. f(x) = 1',
    '<script> is the tag that (in HTML) …',
    '<SCRIPT> ist das Element, das f() ruft',
    'The tag <script> must be escaped</script>',
    'How is <script> escaped? Our team says f(x) = 1',
    'Is <script>; or any element, allowed? f(1)',
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
    '\n--> must be\nf()',
    '#! must be\nf()',
    'x ? y : z; f(x)',
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

  it.each([
    'How do I escape <script>alert(1)</script> in a review?',
    'How is <script>alert(1)</script> escaped? Or <img src=x onerror=alert(1)>, is that bad?',
    "we show it for <svg onload='alert(1)'> and for <body onload=print()> alike.",
  ])('takes %s for a sentence that mentions a script, and keeps the script', (text) => {
    const reading = readAsMarkup(text);
    expect(reading.grade).toBe(2);
    expect(reading.live.length).toBeGreaterThan(0);
  });

  it.each([
    '<script>alert(1)</script>',
    'nice <script>alert(1)</script>',
    'hello <script>alert(1)</script> dear world',
    'a nice day <script>alert(1)</script>',
    'a nice day <script>alert(1)</script> Bye',
    '"><script>alert(1)</script> is that bad',
    'is that bad, or <script>alert(document.cookie)</script> is that better',
    "is that bad, or <script>fetch('/x')</script> is that better",
    'is that bad, or <img src=x onerror=alert(1);fetch(2)> is that better',
    'is that bad, or <img src=//example.org/x onerror=alert(1)> is that better',
    'is that bad, or <script>alert(1)</script> is that better <svg onload=f()>',
    'is that bad, or <script>alert(1)</script> is that better" onfocus="fetch(1)" x="',
  ])('reads a script in %s', (text) => {
    expect(readAsMarkup(text).grade).toBe(3);
  });

  it('takes time in proportion to a text of such pieces', () => {
    const began = performance.now();
    readAsMarkup('is that <img a=b c=d onload=alert('.repeat(300));
    readAsMarkup(`is it ${'<script>alert(1)'.repeat(500)}`);
    readAsMarkup(`${'a'.repeat(8000)} <script>alert(1)</script> is it`);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
