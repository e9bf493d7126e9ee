import { decodeJson, Progress } from '@plimsoll/contracts';
import { expect, it } from 'vitest';

import { StreamClock } from './stream-clock.js';

it('tells on every partition what is under watch, also of an application that has done nothing yet', () => {
  const clock = new StreamClock('up/1', { syscalls: 2, logs: 1 });
  const watching = [{ workload: 'web', source: '4711' }];
  const told = clock.watched('shop', 1_000_000, watching).map(({ value }) => decodeJson(Progress, value, 'progress'));
  expect(told).toHaveLength(3);
  for (const one of told)
    expect(one).toMatchObject({ application: 'shop', source: 'up/1', timeUs: 1_000_000, watching });
});
