import { describe, expect, it } from 'vitest';

import { originRelation } from './request-origin.js';

describe('how an Origin stands to the host that is asked', () => {
  it.each([
    ['http://wiki.example', 'wiki.example', 'same'],
    ['https://wiki.example', 'wiki.example:8080', 'same'],
    ['http://wiki.example:8080/page', 'wiki.example', 'same'],
    ['http://wiki.example:9000', 'wiki.example:8080', 'same-site'],
    ['http://[::1]:9000', '[::1]:8080', 'same-site'],
    ['http://files.wiki.example', 'wiki.example', 'same-site'],
    ['http://wiki.other', 'wiki.example', 'foreign'],
    ['null', 'wiki.example', 'null'],
    [undefined, 'wiki.example', 'absent'],
  ] as const)('%s asks %s: %s', (origin, host, relation) => {
    expect(originRelation(origin, host)).toBe(relation);
  });
});
