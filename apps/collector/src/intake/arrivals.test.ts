import type { SourceItem, WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { Arrivals, sentSource } from './arrivals.js';

const SECOND = 1_000_000;
const NOW_MS = Date.UTC(2026, 10, 23);

function request(second: number, workload = 'web'): SourceItem {
  const timeUs = NOW_MS * 1_000 + second * SECOND;
  const event = { type: 'web-request', application: 'shop', workload, timeUs, endUs: timeUs } as WebRequest;
  return { type: 'event', event };
}

/** The workloads of shop that are said to be under watch. */
function watched(arrivals: Arrivals): string[] | undefined {
  const watching = arrivals.reached().get('shop')?.watching;
  return watching?.map(({ workload }) => workload).sort();
}

describe('what arrives from live sources', () => {
  it('lets no sender speak for another of the same name', () => {
    const arrivals = new Arrivals(() => NOW_MS);
    const [mine, other] = [sentSource('access.log', 'a'), sentSource('access.log', 'b')];
    arrivals.take(mine, [request(-7_200)]);
    arrivals.concerns(other, { application: 'bank', workload: 'web' });
    const late = { ...request(-1) } as Extract<SourceItem, { type: 'event' }>;
    arrivals.take(other, [{ ...late, event: { ...late.event, application: 'bank' } }]);
    expect(arrivals.reached().get('shop')?.timeUs).toBe((NOW_MS - 7_200_000) * 1_000);
    expect(arrivals.reached().get('bank')?.timeUs).toBe((NOW_MS - 1_000) * 1_000);
  });

  it('names a workload no longer whose sender has brought nothing for a quarter of an hour', () => {
    let nowMs = NOW_MS;
    const arrivals = new Arrivals(() => nowMs);
    arrivals.take(sentSource('access.log', 'a'), [request(-1)]);
    arrivals.concerns('target', { application: 'shop', workload: 'db' });
    expect(watched(arrivals)).toEqual(['db', 'web']);
    nowMs += 1_000_000;
    expect(watched(arrivals)).toEqual(['db']);
  });

  it('tells on readiness, and stays ready, what was not fully seen and what cannot be read', () => {
    const arrivals = new Arrivals(() => 0);
    expect(arrivals.unseenHealth()).toEqual({ ready: true });
    const unseen = request(-1);
    if (unseen.type !== 'event' || unseen.event.type !== 'web-request') throw new Error('no request');
    arrivals.take('web', [{ ...unseen, event: { ...unseen.event, unseen: ['bytes', 'framing'] } }]);
    arrivals.noticing('web', () => 'requests are not seen on connections: 3 of TLS');
    expect(arrivals.unseenHealth()).toEqual({
      ready: true,
      reason:
        'web: requests are not seen on connections: 3 of TLS. requests that were not fully seen: 1 bytes, 1 framing; give strace a longer -s',
    });
    expect([...arrivals.unseen]).toEqual([
      ['bytes', 1],
      ['framing', 1],
    ]);
    arrivals.left('web');
    expect(arrivals.unseenHealth().reason).not.toContain('TLS');
  });

  it('is as far as the source that reads what is oldest, and up to now where none brings anything', () => {
    let nowMs = NOW_MS;
    const arrivals = new Arrivals(() => nowMs);
    const reachedS = (): number | undefined => {
      const timeUs = arrivals.reached().get('shop')?.timeUs;
      return timeUs === undefined ? undefined : timeUs / SECOND - NOW_MS / 1_000;
    };
    expect(reachedS()).toBeUndefined();
    arrivals.take('today', [request(-1), request(0)]);
    arrivals.take('catching up', [request(-7_200), request(-7_100)]);
    expect(reachedS()).toBe(-7_200);
    arrivals.take('catching up', [request(-3_600)]);
    expect(reachedS()).toBe(-3_600);
    nowMs += 20_000;
    expect(reachedS()).toBe(20);
  });

  it('says that a quiet application is watched which has brought nothing yet, and by what', () => {
    const arrivals = new Arrivals(() => NOW_MS);
    arrivals.concerns('trace', { application: 'shop', workload: 'db' });
    arrivals.concerns(sentSource('sender', 'a'), { application: 'shop', workload: 'db' });
    expect(arrivals.reached().get('shop')).toEqual({
      timeUs: NOW_MS * 1_000,
      skewed: 0,
      watching: [
        { workload: 'db', source: 'trace' },
        { workload: 'db', source: 'sender' },
      ],
    });
  });

  it('names the workloads that are under watch, until their source has ended', () => {
    const arrivals = new Arrivals(() => NOW_MS);
    arrivals.take('log', [request(0)]);
    arrivals.concerns('trace', { application: 'shop', workload: 'db' });
    expect(watched(arrivals)).toEqual(['db', 'web']);
    arrivals.left('trace');
    expect(watched(arrivals)).toEqual(['web']);
  });

  it('counts calls, events and gaps by source, senders of one name together', () => {
    const arrivals = new Arrivals(() => NOW_MS);
    arrivals.take('log', [
      request(0),
      request(0),
      { type: 'gap', gap: { startUs: 0, endUs: 1, cause: 'source-drop' } },
    ]);
    arrivals.take(sentSource('sender', 'a'), [request(0)]);
    arrivals.take(sentSource('sender', 'b'), [request(0)]);
    const counts = arrivals.brought().map(({ source, kind, count }) => `${source} ${kind} ${count}`);
    expect(counts).toEqual([
      'log calls 0',
      'log events 2',
      'log gaps 1',
      'sender calls 0',
      'sender events 2',
      'sender gaps 0',
    ]);
  });

  it('counts times of the future, and tells of them for a while', () => {
    let nowMs = NOW_MS;
    const arrivals = new Arrivals(() => nowMs);
    const [item] = arrivals.take('log', [request(1_000_000)]);
    expect(item).toMatchObject({ event: { timeUs: NOW_MS * 1_000, endUs: NOW_MS * 1_000 } });
    expect(arrivals.take('log', [request(30)])).toEqual([request(30)]);
    expect(arrivals.reached().get('shop')).toMatchObject({ skewed: 1 });
    expect(arrivals.health()).toMatchObject({ ready: true, reason: expect.stringContaining('log: 1 times') as string });
    nowMs += 600_000;
    expect(arrivals.health()).toEqual({ ready: true });
  });
});
