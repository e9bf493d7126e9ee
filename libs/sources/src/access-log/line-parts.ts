import { parseIsoTime, US_PER_MS, US_PER_SECOND, type TimeUs } from '@plimsoll/contracts';

/** A time and how exactly it is known, microseconds. */
export interface LineTime {
  readonly timeUs: TimeUs;
  readonly precisionUs: number;
}

const CLOCK =
  /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2})(?:[.,](\d{1,6}))?(?: ([+-]\d{2}):?(\d{2})| UTC| GMT)?$/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `23/Nov/2026:17:40:02 +0000`, with or without a fraction; without a zone it is taken as UTC. */
export function clockTime(text: string): LineTime | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [, day, month = '', year, clock, fraction, hours, minutes] = match;
  const index = MONTHS.indexOf(month) / 3 + 1;
  if (!Number.isInteger(index) || index < 1) return undefined;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const parts = fraction === undefined ? '' : `.${fraction}`;
  const timeUs = parseIsoTime(`${year}-${String(index).padStart(2, '0')}-${day}T${clock}${parts}${zone}`);
  return timeUs === undefined ? undefined : { timeUs, precisionUs: fraction === undefined ? US_PER_SECOND : US_PER_MS };
}

/** Seconds or milliseconds since the epoch, RFC 3339, or the clock of the common format. */
export function anyTime(text: string): LineTime | undefined {
  if (/^\d{9,10}(?:\.\d+)?$/.test(text))
    return {
      timeUs: Math.round(Number(text) * US_PER_SECOND),
      precisionUs: text.includes('.') ? US_PER_MS : US_PER_SECOND,
    };
  if (/^\d{13}(?:\.\d+)?$/.test(text)) return { timeUs: Math.round(Number(text) * US_PER_MS), precisionUs: US_PER_MS };
  const timeUs = parseIsoTime(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (timeUs !== undefined) return { timeUs, precisionUs: /\.\d/.test(text) ? US_PER_MS : US_PER_SECOND };
  return clockTime(text);
}

/** `GET /a HTTP/1.1`; a request without a protocol; anything else is a target of no method. */
export function requestLine(text: string): { method: string; target: string } {
  const first = text.indexOf(' ');
  if (first === -1) return { method: '', target: missing(text) };
  const last = /\sHTTP\/\d(?:\.\d)?$/.test(text) ? text.lastIndexOf(' ') : text.length;
  const method = text.slice(0, first);
  return /^[A-Za-z-]{1,32}$/.test(method)
    ? { method, target: text.slice(first + 1, Math.max(last, first + 1)) }
    : { method: '', target: text };
}

/** Undoes `\"`, `\\`, `\xhh` and the like, which servers put for what would break a line. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex?: string, sign?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return sign === 'n' ? '\n' : sign === 't' ? '\t' : sign === 'r' ? '\r' : (sign ?? '');
  });
}

/** `-` stands for nothing. */
export function missing(text: string): string {
  return text === '-' ? '' : text;
}

export function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : missing(text);
}

/** A whole number, 0 for anything else. */
export function integer(text: string | undefined): number {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0;
}

const V4 = /^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/;
const V6 =
  /^(?:\[[0-9a-fA-F:.]{2,45}(?:%[\w.-]{1,32})?\](?::\d{1,5})?|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){1,7}(?:\.\d{1,3}){0,3}(?:%[\w.-]{1,32})?)$/;

/** Whether a word is an address, with or without brackets and port. */
export function isAddress(word: string): boolean {
  return V4.test(word) || V6.test(word);
}

/** The first of several addresses, without brackets and port: who asked, as far as the log tells. */
export function firstAddress(text: string): string {
  const first = missing((text.split(',', 1)[0] ?? '').trim());
  const bracketed = /^\[([^\]]{1,64})\](?::\d{1,5})?$/.exec(first);
  if (bracketed) return bracketed[1]!;
  return V4.test(first) ? first.replace(/:\d{1,5}$/, '') : first;
}
