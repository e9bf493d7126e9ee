import { fileURLToPath } from 'node:url';

import { replay, sourceAt } from '@plimsoll/local-run';
import { expect, it } from 'vitest';

import { LiveCounts } from './live-counts.js';

const TRACE = fileURLToPath(new URL('../../../../recordings/shop/shop-benign-01/web.strace.gz', import.meta.url));

it('counts the statements that a web server sent for its requests', async () => {
  const counts = new LiveCounts();
  expect(counts.words()).toMatch(/nothing seen yet/);
  let requested = 0;
  for await (const message of replay([sourceAt('shop', 'web', 'strace', TRACE, 0)])) {
    if (message.topic === 'logs' && message.event.type === 'sql-statement') continue;
    counts.add(message);
    if (message.topic === 'logs' && message.event.type === 'web-request') requested += message.event.statements.length;
    if (requested > 0) break;
  }
  expect(counts.words()).toMatch(new RegExp(`^web: .* calls, \\d+ requests, ${requested} statements$`));
});
