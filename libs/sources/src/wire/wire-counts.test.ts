import { expect, it } from 'vitest';

import { noWireCounts, wireNotice } from './wire-counts.js';

it('says what passed that nobody can read, and what to do', () => {
  expect(wireNotice(noWireCounts())).toBeUndefined();
  expect(wireNotice({ ...noWireCounts(), requests: 9, unrecognised: 3 })).toBeUndefined();
  const words = wireNotice({ ...noWireCounts(), tls: 30, http2: 2 });
  expect(wireNotice({ ...noWireCounts(), upgraded: 1 })).toContain('WebSocket');
  expect(wireNotice({ ...noWireCounts(), hiddenSql: 4 })).toContain(
    '4 of a database in TLS or compressed (read its log',
  );
  expect(words).toMatch(/^requests and statements are not seen on connections: 30 of TLS .*access log\); 2 of HTTP\/2/);
});
