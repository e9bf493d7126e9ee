/**
 * Event time is microseconds since the Unix epoch in a JavaScript number (exact until the year 2255).
 * A source without times counts calls instead: its n-th call is at n milliseconds.
 */
export type TimeUs = number;

export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;

/** Event time that a source without clocks gives to each call. */
export const ORDINAL_STEP_US = 1_000;

/** A time this far before the one before it is no disorder between processors: the clock was set, and is believed. */
export const SET_BACK_US = 10 * US_PER_SECOND;

/** The time of the next event of a stream that was at `lastUs`: small steps back are disorder, large ones a set clock. */
export function nextTime(lastUs: TimeUs, timeUs: TimeUs): TimeUs {
  return timeUs < lastUs - SET_BACK_US ? timeUs : Math.max(lastUs, timeUs);
}

/** RFC 3339 in UTC with microseconds: `2026-11-23T17:40:02.120000Z`. */
export function isoTime(timeUs: TimeUs): string {
  const ms = Math.floor(timeUs / US_PER_MS);
  const us = Math.floor(timeUs - ms * US_PER_MS);
  return new Date(ms).toISOString().slice(0, -1) + String(us).padStart(3, '0') + 'Z';
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\d*(Z|[+-]\d{2}:?\d{2})$/;

/** The microseconds of an RFC 3339 time, or undefined where the text is none. A leap second is the one after it. */
export function parseIsoTime(text: string): TimeUs | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, day, clock = '', fraction = '', zone] = match;
  const leap = clock.endsWith(':60');
  const ms = Date.parse(`${day}T${leap ? `${clock.slice(0, -2)}59` : clock}${zone}`) + (leap ? 1_000 : 0);
  if (Number.isNaN(ms)) return undefined;
  return ms * US_PER_MS + Number(fraction.padEnd(6, '0').slice(0, 6));
}
