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
    ['/news;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9.node1', '/news'],
    ['/news/12;jsessionid=node01k2m3n4p5q6r7s8', '/news/{digits}'],
    ['/news;by=a', '/{text}'],
    ['/voucher/X7K2P9', '/voucher/{token}'],
    ['/gift-code/SUN-RISE-24/redeem', '/gift-code/{token}/redeem'],
    ['/voucher/SUMMER', '/voucher/{token}'],
    ['/voucher/482913', '/voucher/{token}'],
    ['/voucher/0a1b2c3d4e', '/voucher/{token}'],
    ['/voucher/summer-sale', '/voucher/summer-sale'],
    ['/password/reset', '/password/reset'],
    ['/token/refresh', '/token/refresh'],
    ['/vouchers/ATL-B8Z4', '/vouchers/{token}'],
    ['/goods/X7K2P9', '/goods/{reference}'],
    ['/parcels/T437204', '/parcels/{reference}'],
    ['/bills/inv20240017/pdf', '/bills/{reference}/pdf'],
    ['/goods/X7', '/goods/X7'],
    ['/year2026', '/{reference}'],
    ['/charset/utf16', '/charset/utf16'],
    ['/docs/RFC', '/docs/RFC'],
    ['/oauth2/v2', '/oauth2/v2'],
  ])('%s is of %s', (raw, path) => {
    expect(requestPath(raw).path).toBe(path);
  });
});

describe('a path that leads up', () => {
  const up = (raw: string): string | undefined => requestPath(raw).values.find(({ name }) => name === '/..')?.value;

  it.each([
    '/files/../app.db',
    '/files/..%2fapp.db',
    '/files/..%5capp.db',
    '/files/..\\..\\app.db',
    '/files/....//....//app.db',
    '/static/%2e%2e/app.conf',
    '/static/%252e%252e/app.conf',
    '/static/%c0%ae%c0%ae/app.conf',
    '/static/%uff0e%uff0e/app.conf',
    '/static/..%00/app.conf',
    '/static../app.conf',
    '/files/..;/admin',
    '/files//etc/passwd',
    '../../etc/passwd',
    '/..',
  ])('is a parameter as it was sent: %s', (raw) => {
    expect(up(raw)).toBe(raw);
  });

  it.each(['/files/a..b.pdf', '/compare/v1..v2', '/compare/main...topic', '/files/...', '/a//b', '/static/./x', '*'])(
    'is not %s',
    (raw) => {
      expect(up(raw)).toBeUndefined();
    },
  );
});
