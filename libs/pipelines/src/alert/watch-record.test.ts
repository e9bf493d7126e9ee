import { expect, it } from 'vitest';

import { checkedWatchEvent } from '../testing/alert-checks.js';
import { watchRecord } from './watch-record.js';

it('tells of a subject with the longest names as its schema has it', () => {
  const [application, workload, source] = ['a', 'w', 's'].map((letter) => letter.repeat(256)) as [
    string,
    string,
    string,
  ];
  const subject = { application, workload, source };
  const record = watchRecord({ subject, lost: true, sinceMs: 1, atMs: 1_790_000_000_000 });
  expect(checkedWatchEvent(record)).toMatchObject({ unmapped: subject });
});
