import { expect, it } from 'vitest';

import { remembered } from './remembered.js';

it('asks once for a text of late, and again for another variant, a long text and one that was forgotten', () => {
  const asked: string[] = [];
  const answer = remembered((text: string, variant: string) => {
    asked.push(`${variant} ${text.length}`);
    return `${variant} ${text}`;
  });
  for (let i = 0; i < 3; i++) expect(answer('abc', 'x')).toBe('x abc');
  expect(answer('abc', 'y')).toBe('y abc');
  expect(asked).toEqual(['x 3', 'y 3']);
  const long = 'l'.repeat(3_000);
  for (let i = 0; i < 2; i++) answer(long, 'x');
  expect(asked).toHaveLength(4);
  for (let i = 0; i < 1_100; i++) answer(String(i), 'x');
  answer('abc', 'x');
  expect(asked.at(-1)).toBe('x 3');
});
