import { describe, expect, it } from 'vitest';

import { spanMs, timeUs } from './time-text.js';

const NOW_MS = Date.UTC(2026, 10, 25, 18);

describe('the text of a time', () => {
  it.each([
    ['now', '2026-11-25T18:00:00.000Z'],
    ['90s', '2026-11-25T17:58:30.000Z'],
    ['30m', '2026-11-25T17:30:00.000Z'],
    ['6h', '2026-11-25T12:00:00.000Z'],
    ['2d', '2026-11-23T18:00:00.000Z'],
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
  ])('reads %s', (text, time) => {
    expect(new Date(timeUs(text, NOW_MS) / 1_000).toISOString()).toBe(time);
  });

  it.each(['', 'yesterday', '6', '6 h', '-6h', '1.5h', '2026-11-45'])('refuses %j, and says what to write', (text) => {
    expect(() => timeUs(text, NOW_MS)).toThrow('write 2026-11-25T18:00:00Z, now, 30m or 6h');
  });
});

describe('the text of a span', () => {
  it('is a number with its unit', () => {
    expect(['45s', '90m', '12h', '2d'].map(spanMs)).toEqual([45_000, 5_400_000, 43_200_000, 172_800_000]);
  });

  it.each(['now', '12', '2026-11-25'])('is not %j, and what to write is said', (text) => {
    expect(() => spanMs(text)).toThrow('write 90m, 12h or 2d');
  });
});
