import { describe, expect, it } from 'vitest';

import { ChanceTable } from '../chance/chance-table.js';
import { hostClues, learnHost } from './host-clues.js';
import { request } from './web.fixture.js';

const table = new ChanceTable();
for (let i = 0; i < 400; i++) learnHost(table, request({ atMs: i, host: i % 2 ? 'shop' : 'www.shop' }));
const post = { atMs: 1, method: 'POST', origin: 'same' } as const;

describe('the host that was asked for', () => {
  it('speaks where a page of a host that was never asked for sends a change', () => {
    const [clue] = hostClues(table, request({ ...post, host: 'rebound' }));
    expect(clue?.nats).toBeGreaterThan(5);
    expect(clue?.evidence.expected).toBe('400 learned requests asked for 2 hosts');
  });

  it('says nothing of a known host, of a reader, of a scanner without a page, or where little was learned', () => {
    expect(hostClues(table, request({ ...post, host: 'shop' }))).toEqual([]);
    expect(hostClues(table, request({ ...post, method: 'GET', host: 'rebound' }))).toEqual([]);
    expect(hostClues(table, request({ ...post, origin: 'absent', referer: 'absent', host: '10.0.0.1' }))).toEqual([]);
    expect(hostClues(new ChanceTable(), request({ ...post, host: 'rebound' }))).toEqual([]);
  });
});
