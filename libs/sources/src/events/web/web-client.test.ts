import { describe, expect, it } from 'vitest';

import { webClient } from './web-client.js';

describe('who asked', () => {
  it('leaves the host with the mode that lets values out, without secrets', () => {
    const seen = { address: '192.0.2.7', agent: 'curl/8 token=hunter2-Correct', account: 'ann password=hunter2' };
    expect(webClient(seen, 'strict')).toEqual({});
    expect(webClient(seen, 'balanced')).toEqual({
      client: { address: '192.0.2.7', agent: 'curl/8 token=[removed]', account: 'ann password=[removed]' },
    });
  });

  it('says nothing where nothing is known, and no more than an event holds', () => {
    expect(webClient({ address: '', agent: '' }, 'full')).toEqual({});
    const long = { address: 'a'.repeat(100), agent: 'u '.repeat(500), account: 'b '.repeat(500) };
    expect(webClient(long, 'full').client).toEqual({
      address: 'a'.repeat(64),
      agent: 'u '.repeat(128),
      account: 'b '.repeat(64),
    });
  });
});
