import { verdictRecord } from '@plimsoll/pipelines';
import { webVerdict } from '@plimsoll/pipelines/testing/verdicts';
import { describe, expect, it } from 'vitest';

import { EmbeddedTopology } from './embedded.js';

describe('EmbeddedTopology', () => {
  it('ends with what a part of it fails on, instead of trying again unseen', async () => {
    const topology = await EmbeddedTopology.start(() => Promise.resolve(), {
      onVerdict: () => {
        throw new RangeError('of a consumer');
      },
    });
    await topology.publish([verdictRecord(webVerdict(1))]);
    await expect(topology.drained()).rejects.toThrow('of a consumer');
    await expect(topology.publish([])).rejects.toThrow('of a consumer');
    await topology.stop();
  });
});
