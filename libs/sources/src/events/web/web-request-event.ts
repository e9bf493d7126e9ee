import {
  identity,
  type IssuedStatement,
  type OriginRelation,
  type ScriptFragment,
  type WebRequest,
} from '@plimsoll/contracts';

import type { Mutable } from '../mutable.js';
import type { RecentMap } from '../../bytes/recent-map.js';
import { remembered } from '../../bytes/remembered.js';
import { firstHeader, firstHeaders, headerFact, headerValues } from '../../http/header-facts.js';
import type { HttpExchange } from '../../http/http-exchange.js';
import type { SourceContext } from '../../source.js';
import type { LiveMarkup } from '../scripts/markup.js';
import type { ScriptMemory } from '../scripts/script-memory.js';
import { NO_PAGE, type ReadPages } from '../scripts/read-pages.js';
import type { ScriptTexts } from '../scripts/script-texts.js';
import type { ShownValues } from '../scripts/shown-values.js';
import type { SqlDialect } from '../sql/sql-tokens.js';
import { statementTaint } from '../sql/statement-taint.js';
import type { KeyedDigest } from '../values/keyed-digest.js';
import { fetchMetadata } from './fetch-metadata.js';
import type { ClientTries } from './client-tries.js';
import { readParameter, type ReadParameter } from './parameter-features.js';
import { presentedSecret } from './presented-secret.js';
import {
  fromTarget,
  hostName,
  hostNamed,
  originRelation,
  redirectPath,
  refererPath,
  siteOf,
} from './request-origin.js';
import type { ParameterChoice } from './parameter-choice.js';
import { requestParameters } from './request-parameters.js';
import { requestPath } from './request-path.js';
import { requestRoute } from './request-route.js';
import type { SessionKey, SessionName } from './session-key.js';
import type { SessionNames } from './session-names.js';
import { webClient } from './web-client.js';
import { otherHeaders } from './stray-headers.js';
import type { StrayValues } from './stray-values.js';
import { uploadedFiles } from './uploaded-files.js';
import type { UploadedPrograms } from './uploaded-programs.js';

/** What outlives one request at the collector: how sessions are named, and which scripts came in where. */
export interface WebMemory {
  readonly digest: KeyedDigest;
  readonly sessions: SessionKey;
  readonly names: SessionNames;
  readonly scripts: ScriptMemory;
  readonly texts: ScriptTexts;
  readonly pages: ReadPages;
  readonly shown: ShownValues;
  readonly uploads: UploadedPrograms;
  readonly choice: ParameterChoice;
  readonly stray: StrayValues;
  readonly tries: ClientTries;
  /** The session of the last request of each connection whose place was sure. */
  readonly owners: RecentMap<string, SessionName>;
}

/** A statement that was sent while the request was served. */
export interface SentStatement {
  readonly text: string;
  readonly dialect: SqlDialect;
  readonly outline: string;
  readonly writes: boolean;
  readonly columnsWritten: string[];
  readonly failed: boolean;
  /** What speaks for this request, and for others that were open; left out where no other was. */
  readonly share?: { readonly own: number; readonly others: number };
}

/** A statement that holds a value of the request is so much likelier to be its own. */
const HOLDS_VALUE = 20;
const LEAST_VALUE = 4;
/** What is less certain is another's. */
const LEAST_CERTAINTY = 0.2;
const MAX_STATEMENTS = 32;

/** One rebuilt request with its response as an event. Alters `memory`: requests come in the order in which they ended. */
export function toWebRequest(
  exchange: HttpExchange,
  context: SourceContext,
  memory: WebMemory,
  sent: readonly SentStatement[] = [],
): WebRequest {
  const { request, response } = exchange;
  const id = `${context.stream}#http/${exchange.connection}/${exchange.ordinal}`.slice(0, 512);
  const headers = firstHeaders(request.headers);
  const header = (name: string): string | undefined => headers.get(name);
  const { path, query } = splitTarget(request.target);
  const shown = requestPath(path);
  const contentType = response && mediaType(firstHeader(response.headers, 'content-type') ?? '');
  const isHtml = /html/.test(contentType ?? '');
  const page = response === undefined ? NO_PAGE : memory.pages.read(response.body, contentType ?? '');
  const { text } = page;
  const reading = requestParameters(request, query);
  const cookies = reading.parameters.filter(({ where }) => where === 'cookie');
  const agent = header('user-agent') ?? '';
  const set = memory.sessions.issued(response === undefined ? [] : headerValues(response.headers, 'set-cookie'));
  const address = withoutPort(exchange.peer);
  const client = `${address} ${agent}`;
  const claimed = memory.sessions.of(cookies, header('authorization'), client, set, response?.status === 401);
  const session = memory.names.bounded(believed(claimed, exchange, memory, client), exchange.startUs);

  const raw = [
    ...reading.parameters.filter(({ where }) => where !== 'cookie'),
    ...shown.values.map(({ name, value }) => ({ where: 'path' as const, name, value })),
    ...cookies.filter((cookie) => cookie.name !== claimed.cookie),
  ];
  const own = cookies.filter((cookie) => cookie.name === claimed.cookie);
  const stray = memory.stray.of({
    agent,
    referer: header('referer') ?? '',
    target: request.target,
    others: [...otherHeaders(request.headers), ...own],
    parameters: raw,
  });
  const { read, dropped, whole } = memory.choice.read(shown.path, raw, stray, (parameter) =>
    readParameter(parameter, text, memory.digest, context.privacy),
  );
  const unseen = new Set(reading.unseen);
  if (!whole) unseen.add('parameters');
  const shownAs = read.map(({ raw: { where, value }, feature: { name } }) => ({ where, name, value }));
  const { route, values: routeValues } = requestRoute(shownAs);
  const unsafe = !/^(?:GET|HEAD|OPTIONS|TRACE)$/.test(request.method);
  const fields = shownAs.flatMap(({ where, name }) => (where === 'query' || where === 'body' ? [name] : []));
  const named = memory.texts.naming({ session: session.session, path: shown.path, routeValues, fields });
  // Of a page that is read without any field, the text names the path alone.
  const fieldsNamed = named?.fields === true && (unsafe || fields.length > 0);
  memory.scripts.remember(read, id, exchange.startUs);
  const host = header('host');
  const referer = header('referer');
  const relation = originRelation(referer, host);
  const from = relation === 'same' ? refererPath(referer) : undefined;
  const origin = header('origin');
  const originates = originRelation(origin, host);
  const foreign = otherSite(originates, origin) ?? otherSite(relation, referer);
  const sentTo = response === undefined ? undefined : firstHeader(response.headers, 'location');
  const location = sentTo === undefined ? undefined : fromTarget(sentTo, request.target);
  const to = location === undefined ? undefined : redirectPath(location);
  const within = location !== undefined && (/^\/(?!\/)/.test(location) || originRelation(location, host) === 'same');
  const back = within && leadsBack(location, request.target, relation === 'same' ? referer : undefined);
  // A request that another site made, or that says nothing of its page for another reason, is of no page of ours.
  const unread =
    relation === 'same' || relation === 'absent' ? memory.texts.unreadOn(from, session.session) : undefined;
  memory.shown.remember(read, [shown.path, from, to], route);
  const shownValues = isHtml ? memory.shown.shownBy(text, shown.path) : [];
  memory.texts.remember(read, {
    event: id,
    timeUs: exchange.startUs,
    session: session.session,
    pages: [shown.path, from, to],
    changes: unsafe || sent.some(({ writes }) => writes),
  });
  const requestType = header('content-type') ?? '';
  const files = /multipart/i.test(requestType)
    ? uploadedFiles(
        Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength).toString('latin1'),
        requestType,
      )
    : [];
  const asked =
    files.length === 0 ? memory.uploads.askedBy([...path.split('/'), ...raw.map(({ value }) => value)]) : undefined;
  for (const { name, file } of files) {
    if (file.holds !== 'program') continue;
    memory.uploads.remember(name, { event: id, timeUs: exchange.startUs, parameter: file.parameter });
  }
  const event: Mutable<WebRequest> = {
    type: 'web-request',
    schema: 1,
    application: context.application,
    workload: context.workload,
    container: context.container,
    id,
    stream: context.stream,
    key: `${context.application}/${session.session}`.slice(0, 512),
    timeUs: exchange.startUs,
    endUs: exchange.endUs,
    view: 'exchange',
    method: request.method.slice(0, 32),
    path: shown.path,
    status: response?.status ?? 0,
    bytes: response?.bodyBytes ?? 0,
  } as Mutable<WebRequest>;
  // Optional fields stand where they always stood, set one by one: spreading objects into one costs more than what is in them.
  if (contentType !== undefined) event.contentType = contentType.slice(0, 64);
  if (back) event.leadsBack = true;
  event.parameters = read.map(({ feature }) => feature);
  event.parametersDropped = dropped;
  if (unseen.size > 0) event.unseen = [...unseen].sort();
  event.origin = originates;
  event.referer = relation;
  if (from !== undefined) event.refererPath = from;
  Object.assign(event, browserSays(request.headers));
  if (host !== undefined) event.host = memory.digest.of('host', hostName(host));
  if (foreign !== undefined) event.foreignSite = memory.digest.of('site', foreign);
  if (route !== undefined) event.route = route;
  if (files.length > 0) event.files = files.map(({ file }) => file);
  if (named !== undefined) event.namedInScript = { ...named, fields: fieldsNamed };
  if (unread !== undefined) event.unreadScript = unread;
  if (asked !== undefined) event.asksUpload = asked;
  event.session = session.session;
  event.sessionBy = session.by;
  Object.assign(event, webClient({ address, agent }, context.privacy));
  event.connection = exchange.connection.slice(0, 256);
  event.thread = exchange.thread;
  event.request = requestIdentity(context.application, request.method, request.target, agent, exchange.startUs);
  event.scripts = scriptsOf(page.live, memory);
  event.responseComplete = response !== undefined && response.complete;
  if (response !== undefined && !response.complete && isHtml && memory.scripts.holdsAny) event.scriptAtLarge = true;
  if (shownValues.length > 0) event.shown = shownValues;
  event.statements = issued(sent, read);
  const tried = memory.tries.of(
    event,
    memory.sessions.ofClient(client).session,
    read,
    presentedSecret(request.headers),
  );
  if (tried !== undefined) event.tried = tried;
  return event;
}

/** What another site, or another origin of the application's own, is known by. */
function otherSite(relation: OriginRelation, header: string | undefined): string | undefined {
  if (relation === 'same-site') return hostNamed(header);
  return relation === 'foreign' ? siteOf(header) : undefined;
}

/** Whether a redirect leads to the request's own address, or to the page `from`: one action of one path. */
function leadsBack(location: string, target: string, from: string | undefined): boolean {
  const to = pageOf(location);
  return to === pageOf(target) || (from !== undefined && to === pageOf(from));
}

/** A page by its path and what in its query chooses the action; what else a query says (`error=1`) leaves it the same page. */
const pageOf = remembered((url: string): string => {
  const { path, query } = splitTarget(url);
  const shown = requestPath(path === '' ? '/' : path).path;
  const named = [...new URLSearchParams(query)].map(([name, value]) => ({ where: 'query' as const, name, value }));
  const { route } = requestRoute(named);
  return `${shown.length > 1 ? shown.replace(/\/$/, '') : shown}?${route ?? ''}`;
});

const browserSays = headerFact((headers) => {
  const first = firstHeaders(headers);
  return fetchMetadata((name) => first.get(name));
});

/**
 * The session that a request is taken to be of. One that may stand within another's body can claim any: it has the session
 * that its connection had when its place was sure, or its client's.
 */
function believed(
  claimed: SessionName,
  { connection, request }: HttpExchange,
  { owners, sessions }: WebMemory,
  client: string,
): SessionName {
  const owner = owners.get(connection);
  if (request.unseen.includes('place') || request.unseen.includes('origin')) {
    return owner?.session === claimed.session ? claimed : sessions.ofClient(client);
  }
  if (owner?.session !== claimed.session) owners.set(connection, claimed);
  return claimed;
}

/** Equal for one request in a trace and in an access log: what both have of it, and the second in which it began. */
export function requestIdentity(
  application: string,
  method: string,
  target: string,
  agent: string,
  timeUs: number,
): string {
  return identity(application, method, target, agent, Math.floor(timeUs / 1_000_000));
}

/** Path and query of a request target in origin or absolute form. */
export const splitTarget = remembered((target: string): { readonly path: string; readonly query: string } => {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  const mark = local.indexOf('?');
  return mark === -1 ? { path: local, query: '' } : { path: local.slice(0, mark), query: local.slice(mark + 1) };
});

const withoutPort = remembered((peer: string): string => peer.replace(/:\d+$/, ''));
const mediaType = remembered((header: string): string => header.split(';', 1)[0]!.trim().toLowerCase());

function issued(sent: readonly SentStatement[], read: readonly ReadParameter[]): IssuedStatement[] {
  const values = read.map(({ feature, value }) => ({ name: feature.name, value }));
  return sent
    .map((statement) => ({ statement, certainty: certaintyOf(statement, values) }))
    .filter(({ certainty }) => certainty >= LEAST_CERTAINTY)
    .slice(0, MAX_STATEMENTS)
    .map(({ statement: { text, dialect, outline, writes, columnsWritten, failed }, certainty: likely }) => {
      const tainted = statementTaint(text, dialect, values);
      // A value that became syntax is nobody else's, however many requests somebody holds open beside it.
      const certainty = tainted?.syntax === true ? 1 : likely;
      return {
        outline,
        writes,
        columnsWritten,
        failed,
        ...(tainted === undefined ? {} : { tainted }),
        ...(certainty === 1 ? {} : { certainty: Number(certainty.toFixed(3)) }),
      };
    });
}

/** How far a statement is this request's, in (0, 1]. */
function certaintyOf({ text, share }: SentStatement, values: readonly { readonly value: string }[]): number {
  if (share === undefined) return 1;
  const holds = values.some(({ value }) => value.length >= LEAST_VALUE && text.includes(value));
  const own = share.own * (holds ? HOLDS_VALUE : 1);
  const certainty = own / (own + share.others);
  return holds ? Math.max(certainty, LEAST_CERTAINTY) : certainty;
}

function scriptsOf(live: readonly LiveMarkup[], memory: WebMemory): ScriptFragment[] {
  if (live.length === 0) return [];
  const seen = new Map<string, ScriptFragment>();
  for (const item of live) {
    const digest = memory.digest.of('script', item.skeleton);
    const from = memory.scripts.sourceOf(item);
    const known = seen.get(digest);
    if (known === undefined || (known.from === undefined && from !== undefined)) {
      seen.set(digest, { kind: item.kind, digest, ...(from === undefined ? {} : { from }) });
    }
  }
  return [...seen.values()];
}
