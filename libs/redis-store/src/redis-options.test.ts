import { describe, expect, it } from 'vitest';

import { parseRedisUrl } from './redis-options.js';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://localhost', { mode: 'single', nodes: [{ host: 'localhost', port: 6379 }] }],
    [
      'rediss://ann:p%40ss@redis.example:7000/2',
      {
        mode: 'single',
        nodes: [{ host: 'redis.example', port: 7000 }],
        username: 'ann',
        password: 'p@ss',
        tls: {},
        database: 2,
      },
    ],
    ['redis://:secret@[::1]:6380', { mode: 'single', nodes: [{ host: '::1', port: 6380 }], password: 'secret' }],
    [
      'redis+cluster://a:1,b:2',
      {
        mode: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
    ['redis+sentinel://a:1/main', { mode: 'sentinel', nodes: [{ host: 'a', port: 1 }], masterName: 'main' }],
  ])('reads %s', (url, options) => {
    expect(parseRedisUrl(url)).toEqual(options);
  });

  it.each(['', 'localhost:6379', 'http://localhost', 'redis://', 'redis://h/x', 'redis+sentinel://h:1', 'redis://a b'])(
    'refuses "%s" without repeating it',
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow(/^Redis address/);
    },
  );
});
