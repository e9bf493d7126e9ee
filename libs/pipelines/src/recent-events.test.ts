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

  it('forgets the oldest beyond its limit', () => {
    const events = new RecentEvents();
    for (let i = 0; i < 1_025; i++) events.take('run', String(i));
    expect(events.encode().byteLength).toBe(2 + 8 * 1_024);
    expect(events.take('run', '1024')).toBe(false);
    expect(events.take('run', '0')).toBe(true);
  });

  it('refuses bytes that are cut', () => {
    expect(() => RecentEvents.decode(Uint8Array.of(1))).toThrow(/cut/);
    expect(() => RecentEvents.decode(Uint8Array.of(1, 0, 7))).toThrow(/cut/);
  });
});
