import { parseIsoTime, US_PER_SECOND, type TimeUs } from '@plimsoll/contracts';

import { utf8OrLatin1 } from '../events/values/value-decoding.js';

/** What one line of an access log says. An absent header is `''`; what the format does not record is undefined. */
export interface AccessLine {
  readonly timeUs: TimeUs;
  /** How exactly the time is known, microseconds. */
  readonly precisionUs: number;
  readonly remote: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly status: number;
  readonly bytes: number;
  readonly referer: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string;
  readonly host: string | undefined;
  readonly contentType: string | undefined;
  readonly requestBody: string | undefined;
  readonly responseSample: string | undefined;
}

/** Common and combined format, with or without a virtual host in front. Each part excludes its own end: linear in the line. */
const TEXT_LINE =
  /^(?:([\w.:*-]+) )?([\w.:%-]+|-) (\S+) ([^["]*) \[([^\]]{1,64})\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;
const CLOCK = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))? ([+-]\d{2})(\d{2})$/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** A line of either form, or undefined where it is neither. `line` is latin1, one character a byte. */
export function accessLine(line: string): AccessLine | undefined {
  return line.startsWith('{') ? jsonLine(line) : textLine(line);
}

function textLine(line: string): AccessLine | undefined {
  const match = TEXT_LINE.exec(line);
  if (!match) return undefined;
  const [, host, remote = '', , , clock = '', request = '', status = '', bytes = '', referer, agent] = match;
  const at = clockTime(clock);
  if (at === undefined) return undefined;
  const { method, target } = requestLine(unescaped(request));
  return {
    ...at,
    remote,
    method,
    target,
    status: status === '-' ? 0 : Number(status),
    bytes: bytes === '-' ? 0 : Number(bytes),
    referer: referer === undefined ? undefined : missing(unescaped(referer)),
    origin: undefined,
    userAgent: missing(unescaped(agent ?? '')),
    host: host === undefined || !/[a-z]/i.test(host) ? undefined : host,
    contentType: undefined,
    requestBody: undefined,
    responseSample: undefined,
  };
}

function jsonLine(line: string): AccessLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(utf8OrLatin1(line));
  } catch {
    // No JSON after all: the caller counts the line.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map(Object.entries(value).map(([name, field]): [string, unknown] => [name.toLowerCase(), field]));
  const text = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const field = fields.get(name);
      if (typeof field === 'string') return field;
      if (typeof field === 'number') return String(field);
    }
    return undefined;
  };
  const time = text('time', 'timestamp', '@timestamp', 'time_iso8601', 'time_local', 'msec', 'ts');
  const at = time === undefined ? undefined : anyTime(time);
  const request = requestLine(text('request') ?? '');
  const method = text('method', 'request_method') ?? request.method;
  const path = text('path', 'uri', 'request_uri', 'url') ?? request.target;
  if (at === undefined || path === '') return undefined;
  const query = text('query', 'query_string', 'args') ?? '';
  return {
    ...at,
    remote: text('remote', 'remote_addr', 'client_ip', 'clientip', 'remote_ip') ?? '',
    method: missing(method),
    target: query === '' || path.includes('?') ? path : `${path}?${query}`,
    status: integer(text('status', 'status_code', 'response')),
    bytes: integer(text('bytes', 'body_bytes_sent', 'bytes_sent', 'size')),
    referer: optional(text('referer', 'http_referer', 'referrer')),
    origin: optional(text('origin', 'http_origin')),
    userAgent: missing(text('user_agent', 'http_user_agent', 'agent') ?? ''),
    host: text('host', 'http_host', 'server_name'),
    contentType: text('content_type', 'request_content_type'),
    requestBody: text('request_body'),
    responseSample: text('response_body_sample'),
  };
}

/** `GET /a HTTP/1.1`; a request without a protocol; anything else is a target of no method. */
function requestLine(text: string): { method: string; target: string } {
  const first = text.indexOf(' ');
  if (first === -1) return { method: '', target: missing(text) };
  const last = /\sHTTP\/\d(?:\.\d)?$/.test(text) ? text.lastIndexOf(' ') : text.length;
  const method = text.slice(0, first);
  return /^[A-Z-]{1,32}$/.test(method)
    ? { method, target: text.slice(first + 1, Math.max(last, first + 1)) }
    : { method: '', target: text };
}

/** Undoes `\"`, `\\`, `\xhh` and the like, which servers put for what would break a line. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex?: string, sign?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return sign === 'n' ? '\n' : sign === 't' ? '\t' : sign === 'r' ? '\r' : (sign ?? '');
  });
}

function clockTime(text: string): { timeUs: TimeUs; precisionUs: number } | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [, day, month = '', year, clock, fraction, hours, minutes] = match;
  const index = MONTHS.indexOf(month) / 3 + 1;
  if (!Number.isInteger(index) || index < 1) return undefined;
  const timeUs = parseIsoTime(
    `${year}-${String(index).padStart(2, '0')}-${day}T${clock}${fraction === undefined ? '' : `.${fraction}`}${hours}:${minutes}`,
  );
  return timeUs === undefined ? undefined : { timeUs, precisionUs: fraction === undefined ? US_PER_SECOND : 1_000 };
}

function anyTime(text: string): { timeUs: TimeUs; precisionUs: number } | undefined {
  if (/^\d{9,10}(?:\.\d+)?$/.test(text))
    return {
      timeUs: Math.round(Number(text) * US_PER_SECOND),
      precisionUs: text.includes('.') ? 1_000 : US_PER_SECOND,
    };
  if (/^\d{13}$/.test(text)) return { timeUs: Number(text) * 1_000, precisionUs: 1_000 };
  const timeUs = parseIsoTime(text);
  if (timeUs !== undefined) return { timeUs, precisionUs: /\.\d/.test(text) ? 1_000 : US_PER_SECOND };
  return clockTime(text);
}

function missing(text: string): string {
  return text === '-' ? '' : text;
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : missing(text);
}

function integer(text: string | undefined): number {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0;
}
