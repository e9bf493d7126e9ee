import { utf8OrLatin1 } from '../events/values/value-decoding.js';
import type { AccessLine } from './access-line.js';
import type { Unwrapped } from './line-prefix.js';
import { anyTime, firstAddress, integer, missing, optional, requestLine } from './line-parts.js';

/** Members that are looked at, those within members included. */
const MAX_MEMBERS = 512;
const MAX_DEPTH = 4;

/** Members by their path in lower case, `request.uri`; of a list its first text. */
type Members = ReadonlyMap<string, string>;

/**
 * Where each part stands, the surest first: nginx (any names of its variables), ingress-nginx, Caddy, Traefik, Envoy,
 * Google's load balancer, Elastic's common schema.
 */
const TIMES = ['StartUTC', 'time', 'timestamp', '@timestamp', 'time_iso8601', 'time_local', 'msec', 'ts', 'start_time', 'datetime', 'date']; // prettier-ignore
const REMOTES = ['remote', 'remote_addr', 'request.client_ip', 'client_ip', 'clientip', 'remote_ip', 'request.remote_ip', 'ClientHost', 'x_forwarded_for', 'downstream_remote_address', 'httpRequest.remoteIp', 'source.address', 'source.ip', 'client', 'request.remote_addr', 'ClientAddr']; // prettier-ignore
const METHODS = ['method', 'request_method', 'RequestMethod', 'request.method', 'httpRequest.requestMethod', 'http.request.method', ':method']; // prettier-ignore
const TARGETS = ['request_uri', 'requesturi', 'request.uri', 'RequestPath', 'path', 'uri', 'url', 'x-envoy-original-path', 'httpRequest.requestUrl', 'url.original', 'url.path', ':path', 'request_path', 'uri_path', 'document_uri']; // prettier-ignore
const QUERIES = ['query', 'query_string', 'args', 'request_query', 'request_args', 'url.query', 'querystring'];
const STATUSES = ['status', 'status_code', 'response', 'DownstreamStatus', 'response_code', 'httpRequest.status', 'http.response.status_code', 'code']; // prettier-ignore
const SIZES = ['bytes', 'body_bytes_sent', 'DownstreamContentSize', 'bytes_sent', 'size', 'httpRequest.responseSize', 'http.response.body.bytes']; // prettier-ignore
const REFERERS = ['referer', 'http_referer', 'referrer', 'http_referrer', 'request_Referer', 'request.headers.Referer', 'httpRequest.referer', 'http.request.referrer']; // prettier-ignore
const ORIGINS = ['origin', 'http_origin', 'request_Origin', 'request.headers.Origin'];
const AGENTS = ['user_agent', 'http_user_agent', 'agent', 'useragent', 'request_User-Agent', 'request.headers.User-Agent', 'httpRequest.userAgent', 'user_agent.original']; // prettier-ignore
const USERS = ['remote_user', 'ClientUsername', 'user_id', 'user.name', 'request.remote_user'];
const HOSTS = ['host', 'http_host', 'RequestHost', 'request.host', 'vhost', 'authority', 'server_name', 'url.domain'];
const TYPES = ['content_type', 'request_content_type', 'request.headers.Content-Type'];
/** A member that is a header of the request; nginx's `http_` names its fields with underscores. */
const HEADER = /^(?:request\.headers\.|request_(?=[a-z]+-)|http_)([a-z][\w-]{0,64})$/;
const MAX_HEADERS = 64;
/** Members in which a runtime or a shipper hands on a line that it did not read. */
const LINES = ['log', 'message', 'msg', 'line', 'event.original'];

/** An object a line with a request's time, path and status at least, or undefined. */
export function jsonLine(line: string): AccessLine | undefined {
  const members = membersOf(line);
  if (!members) return undefined;
  const text = (names: readonly string[]): string | undefined => textOf(members, names);
  const time = text(TIMES);
  const at = time === undefined ? undefined : anyTime(time);
  const request = requestLine(text(['request', 'request_line', 'requestline']) ?? '');
  const target = targetOf(members, request.target);
  if (at === undefined || target === undefined) return undefined;
  return {
    ...at,
    remote: firstAddress(text(REMOTES) ?? ''),
    user: missing(text(USERS) ?? ''),
    method: missing(text(METHODS) ?? request.method),
    target,
    status: integer(text(STATUSES)),
    bytes: integer(text(SIZES)),
    referer: optional(text(REFERERS) ?? absentHeader(members)),
    origin: optional(text(ORIGINS) ?? absentHeader(members)),
    userAgent: missing(text(AGENTS) ?? ''),
    host: text(HOSTS),
    contentType: text(TYPES),
    requestBody: text(['request_body']),
    responseSample: text(['response_body_sample']),
    headers: headersOf(members),
  };
}

/** Headers as Caddy, Traefik and nginx's variables name them, but those that are parts of the line. */
function headersOf(members: Members): [name: string, value: string][] {
  const found: [name: string, value: string][] = [];
  for (const [path, value] of members) {
    const given = HEADER.exec(path)?.[1];
    if (given === undefined || value === '' || found.length >= MAX_HEADERS) continue;
    const name = given.replaceAll('_', '-');
    if (!/^(?:user-agent|referr?er|cookie)$/.test(name)) found.push([name, value]);
  }
  return found;
}

/** Caddy writes all headers: one that is not there was not sent. */
function absentHeader(members: Members): string | undefined {
  return members.has('request.headers') ? '' : undefined;
}

/**
 * Path and query as sent. Logs hold them whole, in parts, and as a server rewrote them, side by side: what has a query
 * comes before what has none, and among those the order of `TARGETS` counts.
 */
function targetOf(members: Members, requested: string): string | undefined {
  const named = TARGETS.map((name) => members.get(name.toLowerCase()));
  const found = [requested, ...named].filter((target) => target !== undefined && target !== '' && target !== '-');
  // A proxy tells a request that it could not read without its parts, and how it was answered: no program's remark is.
  const answered = integer(textOf(members, STATUSES)) > 0;
  if (found.length === 0 && answered && named.some((target) => target !== undefined)) return '';
  const query = textOf(members, QUERIES)?.replace(/^\?/, '') ?? '';
  const whole = found.find((target) => target!.includes('?')) ?? found[0];
  if (whole === undefined || whole.includes('?') || query === '' || query === '-') return whole;
  return `${whole}?${query}`;
}

/** The line within Docker's wrapping, or a shipper's; undefined where the object is no wrapping. */
export function wrappedLine(line: string): Unwrapped | undefined {
  const members = membersOf(line);
  if (!members || [...TARGETS, 'request'].some((name) => says(members, name))) return undefined;
  const inner = textOf(members, LINES);
  if (inner === undefined || inner === '') return undefined;
  // Docker cuts lines at 16 KiB: all but the last part have no line feed.
  const partial = members.has('stream') && members.has('log') && !inner.endsWith('\n') && inner.length >= 16_000;
  return {
    line: Buffer.from(inner, 'utf8')
      .toString('latin1')
      .replace(/[\r\n]+$/, ''),
    partial,
  };
}

/** Whether the member is there and holds something: `null` and empty texts hold nothing. */
function says(members: Members, name: string): boolean {
  return (members.get(name.toLowerCase()) ?? '') !== '';
}

/** The first of the names that says something; `''` where some are there and none does. */
function textOf(members: Members, names: readonly string[]): string | undefined {
  const found = names.flatMap((name) => members.get(name.toLowerCase()) ?? []);
  return found.find((text) => text !== '') ?? found[0];
}

function membersOf(line: string): Members | undefined {
  const value = parsed(utf8OrLatin1(line));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = new Map<string, string>();
  gather(value, '', members, 0);
  return members;
}

/** nginx without `escape=json` writes `\x22` for a quote, which is no JSON: a client must not make its line unreadable so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!text.includes('\\x')) return undefined;
  }
  try {
    return JSON.parse(text.replace(/\\x([0-9a-fA-F]{2})/g, '\\u00$1'));
  } catch {
    // No JSON after all: the caller refuses the line.
    return undefined;
  }
}

/** A client may send headers without number: what stands beside them comes before what stands within them. */
function gather(value: object, prefix: string, members: Map<string, string>, depth: number): void {
  const within: [path: string, inner: object][] = [];
  for (const [name, field] of Object.entries(value)) {
    if (members.size >= MAX_MEMBERS) return;
    const path = `${prefix}${name.toLowerCase()}`;
    const first: unknown = Array.isArray(field) ? field[0] : field;
    if (typeof first === 'string') members.set(path, first);
    else if (typeof first === 'number') members.set(path, String(first));
    else if (first === null) members.set(path, '');
    else if (typeof first === 'object' && depth < MAX_DEPTH) {
      if (path === 'request.headers') members.set(path, '');
      within.push([path, first]);
    }
  }
  for (const [path, inner] of within) gather(inner, `${path}.`, members, depth + 1);
}
