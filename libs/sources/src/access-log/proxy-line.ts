import { parseIsoTime, US_PER_MS } from '@plimsoll/contracts';

import type { AccessLine } from './access-line.js';
import { clockTime, firstAddress, integer, missing, optional, requestLine } from './line-parts.js';

/** HAProxy's `option httplog`: client, time, frontend, backend/server, timers, status, bytes, cookies, state, counts, headers, request. */
const HAPROXY =
  /^(\S{3,64}) \[([^\]]{20,32})\] (\S{1,128}) (\S{1,256}) ([-+/\d]{3,64}) (\d{3}|-1) \+?(\d{1,20}) \S{1,512} \S{1,512} \S{4} [-+/\d]{3,64} [-+/\d]{1,64} (?:\{[^}]{0,4096}\} ){0,2}"(.*?)"?$/s;
/**
 * Envoy's default, also as Istio writes it: time, request, status, flags, details, bytes, then quoted fields. It escapes
 * nothing: the request, in which no client can send a blank, ends at the first quote behind which a status stands.
 */
const ENVOY =
  /^\[(\d{4}-\d\d-\d\dT[\d:.]{8,15}Z)\] "(.*?)" (\d{1,3}) (.{1,2048}?)(?<= )(\d{1,20}) (\d{1,20}) (?:\d{1,20}|-) (?:\d{1,20}|-) "/s;
/** Behind the agent: the request's id, the authority, the upstream's address. */
const BEHIND_AGENT = 3;

/** A line as HAProxy or Envoy write it by default, or undefined. */
export function proxyLine(line: string): AccessLine | undefined {
  return line.startsWith('[') ? envoyLine(line) : haproxyLine(line);
}

const NOTHING = {
  user: '',
  referer: undefined,
  origin: undefined,
  contentType: undefined,
  requestBody: undefined,
  responseSample: undefined,
} as const;

/** HAProxy writes a byte that it does not print as `#XX`. Its default log holds no header. */
function haproxyLine(line: string): AccessLine | undefined {
  const match = HAPROXY.exec(line);
  const time = match && clockTime(match[2]!);
  if (!match || !time) return undefined;
  const [, client = '', , , , , status = '', bytes, request = ''] = match;
  const sent = request.replace(/#([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return {
    ...NOTHING,
    ...time,
    remote: firstAddress(client),
    // `<BADREQ>` is what it could not read.
    ...requestLine(sent === '<BADREQ>' ? '-' : sent),
    status: status === '-1' ? 0 : integer(status),
    bytes: integer(bytes),
    userAgent: '',
    host: undefined,
  };
}

function envoyLine(line: string): AccessLine | undefined {
  const match = ENVOY.exec(line);
  const timeUs = match && parseIsoTime(match[1]!);
  if (!match || timeUs === null || timeUs === undefined) return undefined;
  const [whole, , request = '', status, , , sent] = match;
  const fields = line.slice(whole.length).split('" "');
  // The agent may hold whatever its client likes, what stands between fields too.
  const behind = Math.max(fields.length - BEHIND_AGENT, 1);
  const [forwarded = ''] = fields;
  return {
    ...NOTHING,
    timeUs,
    precisionUs: US_PER_MS,
    remote: firstAddress(forwarded),
    ...requestLine(request),
    status: integer(status),
    bytes: integer(sent),
    userAgent: missing(fields.slice(1, behind).join('" "')),
    host: optional(fields[behind + 1]),
  };
}
