import { describe, expect, it } from 'vitest';

import { RecentEvents } from './recent-events.js';

describe('the events that a key has taken lately', () => {
  it('knows an event again, through its bytes too', () => {
    const events = new RecentEvents();
    expect(events.take('run-1', 'a')).toBe(true);
    expect(events.take('run-1', 'a')).toBe(false);
    expect(events.take('run-2', 'a')).toBe(true);
    const { events: again, rest } = RecentEvents.decode(Buffer.concat([events.encode(), Uint8Array.of(1, 2)]));
    expect(again.take('run-1', 'a')).toBe(false);
    expect(again.take('run-1', 'b')).toBe(true);
    expect([...rest]).toEqual([1, 2]);
  });

  it('takes one of the same name for another where it was at another time', () => {
    const events = new RecentEvents();
    expect([1, 2, 1].map((timeUs) => events.take('run', '1', timeUs))).toEqual([true, true, false]);
  });

  it('forgets the oldest beyond its limit', () => {
    const events = new RecentEvents();
    for (let i = 0; i < 1_025; i++) events.take('run', String(i));
    expect(events.encode().byteLength).toBe(2 + 8 * 1_024);
    expect(events.take('run', '1024')).toBe(false);
    expect(events.take('run', '0')).toBe(true);
  });

  it('knows every one of the latest again, however many came before', () => {
    const events = new RecentEvents();
    const wrong: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      if (!events.take('run', String(i))) wrong.push(i);
      if (i % 977 !== 976) continue;
      const held = RecentEvents.decode(events.encode()).events;
      for (let back = 0; back < Math.min(i + 1, 1_024); back++) {
        if (events.take('run', String(i - back)) || held.take('run', String(i - back))) wrong.push(i - back);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('gives the same bytes after it was written and read, in the order of coming', () => {
    const whole = new RecentEvents();
    let resumed = new RecentEvents();
    for (let i = 0; i < 2_600; i++) {
      whole.take('run', String(i));
      if (i % 97 === 0) resumed = RecentEvents.decode(resumed.encode()).events;
      resumed.take('run', String(i));
    }
    expect(Buffer.from(resumed.encode()).equals(Buffer.from(whole.encode()))).toBe(true);
    const last = new RecentEvents();
    for (let i = 2_600 - 1_024; i < 2_600; i++) last.take('run', String(i));
    expect(Buffer.from(last.encode()).equals(Buffer.from(whole.encode()))).toBe(true);
  });

  it('refuses bytes that are cut', () => {
    expect(() => RecentEvents.decode(Uint8Array.of(1))).toThrow(/cut/);
    expect(() => RecentEvents.decode(Uint8Array.of(1, 0, 7))).toThrow(/cut/);
  });
});
