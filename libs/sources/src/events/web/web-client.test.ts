import { describe, expect, it } from 'vitest';

import { webClient } from './web-client.js';

describe('who asked', () => {
  it('leaves the host with the mode that lets values out, without secrets', () => {
    const agent = 'curl/8 token=hunter2-Correct';
    expect(webClient('192.0.2.7', agent, 'strict')).toEqual({});
    expect(webClient('192.0.2.7', agent, 'balanced')).toEqual({
      client: { address: '192.0.2.7', agent: 'curl/8 token=[removed]' },
    });
  });

  it('says nothing where nothing is known, and no more than an event holds', () => {
    expect(webClient('', '', 'full')).toEqual({});
    expect(webClient('a'.repeat(100), 'u '.repeat(500), 'full').client).toMatchObject({
      address: 'a'.repeat(64),
      agent: 'u '.repeat(128),
    });
  });
});
