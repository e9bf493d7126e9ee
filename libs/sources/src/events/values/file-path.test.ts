import { describe, expect, it } from 'vitest';

import { readAsPath } from './file-path.js';

const gradeOf = (text: string): number => readAsPath(text, false)?.grade ?? 0;

describe('a path that climbs', () => {
  it.each([
    ['notes/today.txt', 0],
    ['../today.txt', 1],
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

  it('is less within a sentence', () => {
    expect(gradeOf('import it from ../../../lib, as the others do')).toBe(1);
  });
});
