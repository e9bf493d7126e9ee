import { describe, expect, it } from 'vitest';

import { requestPath } from './request-path.js';

describe('the path of a request', () => {
  it.each([
    ['/user/123/edit', '/user/{digits}/edit'],
    ['/catalogue/brass-bell-35_36/reviews/add/', '/catalogue/{slug}/reviews/add/'],
    ['/posts/12-my-first-post', '/posts/{slug}'],
    ['/files/jquery-3.6.0.min.js', '/files/jquery-3.6.0.min.js'],
    ['/my-account/api-v2', '/my-account/api-v2'],
    ['/archive/2024-07', '/archive/{text}'],
  ])('%s is of %s', (raw, path) => {
    expect(requestPath(raw).path).toBe(path);
  });
});
