import { describe, expect, it } from 'vitest';

import { fetchMetadata } from './fetch-metadata.js';

const of = (headers: Readonly<Record<string, string>>): ReturnType<typeof fetchMetadata> =>
  fetchMetadata((name) => headers[name]);
const PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('who in a browser asks', () => {
  it('is what its Sec-Fetch headers say, whatever it accepts', () => {
    const said = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
    expect(of({ ...said, accept: '*/*', 'accept-language': 'en' })).toEqual({
      fetchSite: 'cross-site',
      fetchMode: 'navigate',
      fetchDest: 'frame',
      fetchUser: false,
    });
  });

  it.each([
    [PAGE, 'document'],
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image'],
    ['*/*', 'empty'],
    ['text/css,*/*;q=0.1', undefined],
  ] as const)('follows from what a browser without them accepts: %s', (accept, dest) => {
    const metadata = of({ accept, 'accept-language': 'en-GB', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' });
    expect(metadata.fetchDest).toBe(dest);
    expect(metadata.fetchUser).toBeUndefined();
  });

  it('is unknown of programs, which accept anything in no language', () => {
    const unknown = { fetchSite: 'absent', fetchMode: 'absent' };
    expect(of({ accept: '*/*' })).toEqual(unknown);
    expect(of({ accept: '*/*', 'user-agent': 'Mozilla/5.0' })).toEqual(unknown);
    expect(of({ accept: '*/*', 'accept-language': 'de', 'user-agent': 'Dalvik/2.1.0 (Linux; U; Android 14)' })).toEqual(
      unknown,
    );
  });
});
