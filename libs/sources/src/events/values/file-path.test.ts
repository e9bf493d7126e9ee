import { describe, expect, it } from 'vitest';

import { readAsPath } from './file-path.js';

const gradeOf = (text: string): number => readAsPath(text, false)?.grade ?? 0;

describe('a path that climbs', () => {
  it.each([
    ['notes/today.txt', 0],
    ['../today.txt', 2],
    ['..', 2],
    ['notes\\..\\..', 2],
    ['/notes/../../config.rb', 3],
    ['notes/../today.txt', 1],
    ['../../config.rb', 2],
    ['notes/../../config.rb', 2],
    ['..\\..\\config.rb', 2],
    ['../../../package.json', 3],
    ['notes/../../../package.json', 3],
    ['../etc/passwd', 3],
  ])('is graded by each folder above: %s', (text, grade) => {
    expect(gradeOf(text)).toBe(grade);
  });

  it.each(['....//....//config.rb', '..././..././config.rb', '...\\.\\config.rb'])(
    'is seen where a filter that takes parents out would make them: %s',
    (text) => {
      expect(gradeOf(text)).toBe(3);
    },
  );

  it('is no path in three dots of a sentence', () => {
    expect(gradeOf('well... ./run it again')).toBe(0);
  });

  it.each([
    '\u00c0\u00ae\u00c0\u00ae/config.rb',
    '\u00e0\u0080\u00ae\u00e0\u0080\u00ae/config.rb',
    '..\u00c0\u00afconfig.rb',
  ])('is seen in bytes that are too many for their sign: %j', (text) => {
    expect(gradeOf(text)).toBe(3);
  });

  it.each([
    ['import("../lib")', 1],
    ['href="../index.html"', 0],
    ['either/or/..', 1],
    ['see ../lib', 1],
  ])('is less where something else is around it: %s', (text, grade) => {
    expect(gradeOf(text)).toBeLessThanOrEqual(grade);
  });

  it('is less within a sentence', () => {
    expect(gradeOf('import it from ../../../lib, as the others do')).toBe(1);
  });
});

describe('a name that is cut short', () => {
  it.each([
    ['config.php\0.png', 3],
    ['config.php\0', 0],
    ['a\0b\0c\0', 0],
    ['what is \0?', 0],
  ])('is one with a name after its end: %j', (text, grade) => {
    expect(gradeOf(text)).toBe(grade);
  });
});

describe("a folder of a server's system", () => {
  it.each([
    ['/srv/app/config.php', 1],
    ['/usr/local/bin', 1],
    ['/account/settings', 0],
    ['/home/feed', 0],
    ['it is in /usr/local', 0],
    ['/files//etc/motd.d', 0],
    ['/files//etc/passwd', 3],
    ['https://etc/passwd', 1],
  ])('stands alone: %s', (text, grade) => {
    expect(gradeOf(text)).toBe(grade);
  });
});
