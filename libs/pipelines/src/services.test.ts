import type { SyscallBatch } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { applicationLearners } from './services.js';

const where = { application: 'shop', workload: 'db', container: 'db-1' };

/** 2,000 calls that take turns, a millisecond apart. */
const batch: SyscallBatch = {
  ...where,
  stream: 'benign',
  firstOrdinal: 0,
  baseTimeUs: 0,
  count: 2_000,
  numbers: Uint16Array.from({ length: 2_000 }, (_, i) => i % 4),
  threads: new Uint32Array(2_000),
  offsetsUs: Uint32Array.from({ length: 2_000 }, (_, i) => i * 1_000),
  results: undefined,
  digests: undefined,
  names: new Map(),
  gaps: [],
  last: true,
};

describe('learners of an application', () => {
  it('keep the key group of their workload, and all calls of the others', () => {
    const { syscalls } = applicationLearners((workload) => (workload === 'db' ? [0, 1] : undefined));
    const groupOf = (workload: string) =>
      syscalls.map((make) => {
        const learner = make({ application: 'shop', workload });
        learner.learn(batch);
        learner.calibrate({ ...batch, stream: 'more', container: 'more' });
        return learner.finish().model;
      });
    expect(groupOf('db')).toMatchObject([{ options: { keyGroup: [0, 1] } }, { options: { keyGroup: [0, 1] } }]);
    for (const model of groupOf('web')) expect(model).not.toHaveProperty('options.keyGroup');
  });
});
