import type { AccessLine } from './access-line.js';
import {
  clockTime,
  firstAddress,
  integer,
  isAddress,
  missing,
  optional,
  requestLine,
  unescaped,
} from './line-parts.js';
import type { LineTime } from './line-parts.js';

/** Longest clock between brackets. */
const MAX_CLOCK = 48;
/** `200 1834` behind the request. */
const ANSWER = /^ (\d{3}|-) (\d+|-)(?= |$)/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"/;

/**
 * Common and combined format of Apache, nginx, Traefik, Caddy and others, with or without a virtual host in front. What
 * clients choose (the user, a list of addresses) may hold anything but an unescaped quote: the time is the last one
 * that stands in brackets before a quote, and what is left of it ends there. Linear in the line.
 */
export function textLine(line: string): AccessLine | undefined {
  const found = lastClock(line);
  if (!found) return undefined;
  const rest = line.slice(found.requestAt);
  const request = requestIn(rest);
  if (!request) return undefined;
  const { host, remote, user } = whoAsks(line.slice(0, found.leftEnd));
  const { referer, agent } = headersIn(rest.slice(request.end));
  return {
    ...found.time,
    remote,
    user: missing(unescaped(user)),
    ...requestLine(unescaped(request.text)),
    status: integer(missing(request.status)),
    bytes: integer(missing(request.bytes)),
    referer: optional(referer === undefined ? undefined : unescaped(referer)),
    origin: undefined,
    userAgent: missing(unescaped(agent ?? '')),
    host,
    contentType: undefined,
    requestBody: undefined,
    responseSample: undefined,
  };
}

/** The last ` [time] "` of a line. */
function lastClock(line: string): { time: LineTime; leftEnd: number; requestAt: number } | undefined {
  for (let close = line.lastIndexOf('] "'); close > 0; close = line.lastIndexOf('] "', close - 1)) {
    const open = line.lastIndexOf('[', close);
    if (open > 0 && line[open - 1] === ' ' && close - open <= MAX_CLOCK) {
      const time = clockTime(line.slice(open + 1, close));
      if (time) return { time, leftEnd: open - 1, requestAt: close + 2 };
    }
    if (close === 0) break;
  }
  return undefined;
}

interface Request {
  readonly text: string;
  readonly status: string;
  readonly bytes: string;
  /** Behind the bytes. */
  readonly end: number;
}

/** The quoted request and its answer; where a server escaped no quotes, up to the quote that an answer follows. */
function requestIn(rest: string): Request | undefined {
  const quoted = QUOTED.exec(rest);
  const answer = quoted && ANSWER.exec(rest.slice(quoted[0].length));
  if (quoted && answer) return requestOf(quoted[1]!, answer, quoted[0].length);
  for (let quote = rest.indexOf('" ', 1); quote > 0; quote = rest.indexOf('" ', quote + 1)) {
    const later = ANSWER.exec(rest.slice(quote + 1, quote + 32));
    if (later) return requestOf(rest.slice(1, quote), later, quote + 1);
  }
  return undefined;
}

function requestOf(text: string, answer: RegExpExecArray, at: number): Request {
  const [whole, status = '', bytes = ''] = answer;
  return { text, status, bytes, end: at + whole.length };
}

/** Referer and User-Agent of the combined format, which stand next; absent in the common one. */
function headersIn(rest: string): { referer?: string; agent?: string } {
  const quoted = /^ "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"/.exec(rest);
  if (quoted) return { referer: quoted[1]!, agent: quoted[2]! };
  const between = rest.startsWith(' "') ? rest.indexOf('" "', 2) : -1;
  if (between < 0) return {};
  const end = rest.indexOf('"', between + 3);
  return { referer: rest.slice(2, between), agent: rest.slice(between + 3, end < 0 ? rest.length : end) };
}

/** `[HOST ]ADDRESS[, ADDRESS …] IDENT USER`: the first word is the client's unless an address follows it. */
function whoAsks(left: string): { host: string | undefined; remote: string; user: string } {
  const words = left.split(' ');
  const [first = '', second = ''] = words;
  if (first.endsWith(',') || isAddress(first))
    return { host: undefined, remote: firstAddress(first), user: userIn(words) };
  if (isAddress(second.replace(/,$/, '')) && /^[\w.:*-]+$/.test(first)) {
    const host = /[a-z]/i.test(first) ? first : undefined;
    return { host, remote: firstAddress(second), user: userIn(words.slice(1)) };
  }
  return { host: undefined, remote: missing(first), user: userIn(words) };
}

/** What stands behind the addresses and the word for `ident`: a name may hold blanks. */
function userIn(words: readonly string[]): string {
  const last = words.findIndex((word) => !word.endsWith(','));
  return last < 0 ? '' : words.slice(last + 2).join(' ');
}
