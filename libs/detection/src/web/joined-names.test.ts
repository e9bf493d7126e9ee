import { describe, expect, it } from 'vitest';

import { JoinedNames } from './joined-names.js';

describe('names put together of two', () => {
  it('are the parts with the separator between them, however often they are asked for', () => {
    const names = new JoinedNames('|');
    for (let round = 0; round < 2; round++) {
      expect(names.join('a|b', 'c')).toBe('a|b|c');
      expect(names.join('a', 'b|c')).toBe('a|b|c');
      expect(names.join('', '')).toBe('|');
      expect(names.join('a', 'x'.repeat(600))).toBe(`a|${'x'.repeat(600)}`);
    }
  });

  it('stay right when more were asked for than are kept', () => {
    const names = new JoinedNames(' ');
    const asked = Array.from({ length: 20_000 }, (_, i) => `/${i}`);
    expect(asked.filter((path) => names.join('GET', path) !== `GET ${path}`)).toEqual([]);
    expect(names.join('GET', '/0')).toBe('GET /0');
  });
});
