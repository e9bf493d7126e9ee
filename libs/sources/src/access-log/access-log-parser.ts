import type { SourceItem, WebRequest } from '@plimsoll/contracts';

import { Refusals, type Refusal } from '../refusals.js';
import { noCounts, type SourceContext, type SourceCounts, type SourceParser } from '../source.js';
import { LineReader } from '../bytes/line-reader.js';
import type { AccessLine } from './access-line.js';
import { accessLine, bareLine } from './any-line.js';
import { isRemark } from './server-remark.js';
import { KeyedDigest } from '../events/values/keyed-digest.js';
import { ClientTries } from '../events/web/client-tries.js';
import { OwnHost } from '../events/web/own-host.js';
import { ParameterChoice } from '../events/web/parameter-choice.js';
import { StrayValues } from '../events/web/stray-values.js';
import { readParameter } from '../events/web/parameter-features.js';
import { hostName, originRelation, refererPath } from '../events/web/request-origin.js';
import { bodyParameters, formParameters } from '../events/web/request-parameters.js';
import { requestPath } from '../events/web/request-path.js';
import { requestRoute } from '../events/web/request-route.js';
import { SessionNames } from '../events/web/session-names.js';
import { webClient } from '../events/web/web-client.js';
import { requestIdentity, splitTarget } from '../events/web/web-request-event.js';

/** Longer lines are no access log's: servers refuse such requests. They are counted as malformed. */
const MAX_LINE = 65_536;

/**
 * Reads a web server's or a proxy's access log: common and combined format, JSON with one object a line, HAProxy's and
 * Envoy's own (`access-line.ts`), also behind what container runtimes, syslog and shippers put before a line.
 * Lines hold neither cookies nor bodies: a session is what one client (address and User-Agent) does.
 * Memory: one line, a count of hosts that referers name, the parameters' names of the endpoints most used, and
 * what clients tried as credentials (`ClientTries`).
 */
export class AccessLogParser implements SourceParser {
  readonly counts: SourceCounts = noCounts();
  readonly #refusals = new Refusals();
  readonly #context: SourceContext;
  readonly #digest: KeyedDigest;
  readonly #names: SessionNames;
  readonly #host = new OwnHost();
  readonly #choice = new ParameterChoice();
  readonly #stray = new StrayValues((text) => this.#digest.of('target', text));
  readonly #tries: ClientTries;
  readonly #reader: LineReader;
  #items: SourceItem[] = [];
  /** Parts of a line that a container runtime cut, whose end has not come. */
  #parts: string[] = [];

  constructor(context: SourceContext, digestKey: string | Uint8Array) {
    this.#context = context;
    this.#digest = new KeyedDigest(digestKey);
    this.#names = new SessionNames(this.#digest);
    this.#tries = new ClientTries(this.#digest);
    this.#reader = new LineReader((bytes, start, end, cut) => {
      this.#line(bytes, start, end, cut);
    });
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals.list;
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#reader.push(chunk);
    return this.#take();
  }

  end(): readonly SourceItem[] {
    this.#reader.end();
    // A line whose last part never came.
    for (const part of this.#parts) {
      const bytes = Buffer.from(part, 'latin1');
      this.#refusals.add(this.counts, 'not of this form', bytes, 0, bytes.length);
    }
    this.#parts = [];
    return [...this.#take(), { type: 'end' }];
  }

  #take(): SourceItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #line(bytes: Buffer, start: number, end: number, cut: boolean): void {
    const whole = cut || end - start > MAX_LINE ? undefined : bytes.toString('latin1', start, end).trim();
    if (whole === '') return;
    this.counts.lines += 1;
    const bare = whole === undefined ? undefined : bareLine(whole);
    const parts = this.#parts;
    const length = parts.reduce((sum, part) => sum + part.length, bare?.line.length ?? 0);
    // What a client chose may stand first and look like a cut: a line that is whole is read.
    if (bare?.partial === true && length <= MAX_LINE && accessLine(bare.line) === undefined) {
      parts.push(bare.line);
      return;
    }
    this.#parts = [];
    const joined = bare === undefined || length > MAX_LINE ? undefined : [...parts, bare.line].join('');
    const line = joined === undefined ? undefined : accessLine(joined);
    if (line === undefined && joined !== undefined && isRemark(joined)) {
      this.counts.ignored += 1 + parts.length;
      return;
    }
    if (line === undefined) {
      const cause = joined === undefined ? 'too long' : 'not of this form';
      for (let i = 0; i <= parts.length; i++) this.#refusals.add(this.counts, cause, bytes, start, end);
      return;
    }
    this.counts.read += 1 + parts.length;
    this.counts.events += 1;
    this.#items.push({ type: 'event', event: this.#event(line) });
  }

  #event(line: AccessLine): WebRequest {
    const { application, workload, container, stream, privacy, firstLine = 0 } = this.#context;
    const { path, query } = splitTarget(line.target);
    const shown = requestPath(path === '' ? '/' : path);
    const sample = line.responseSample ?? '';
    const raw = [
      ...formParameters(query, 'query'),
      ...(line.requestBody === undefined
        ? []
        : bodyParameters(Buffer.from(line.requestBody, 'utf8'), line.contentType ?? '')),
      ...shown.values.map(({ name, value }) => ({ where: 'path' as const, name, value })),
    ];
    const { userAgent: agent, target } = line;
    const others = headersOf(line).map(([name, value]) => ({ where: 'header' as const, name, value }));
    const stray = this.#stray.of({ agent, referer: line.referer ?? '', target, others, parameters: raw });
    const { read, dropped, whole } = this.#choice.read(shown.path, raw, stray, (parameter) =>
      readParameter(parameter, sample, this.#digest, privacy),
    );
    const { route } = requestRoute(raw);
    const host = this.#host.of(line);
    const referer = line.referer === undefined ? undefined : originRelation(line.referer, host);
    const from = referer === 'same' ? refererPath(line.referer) : undefined;
    const client = this.#digest.of('client', `${line.remote} ${line.userAgent}`);
    const { session, by } = this.#names.bounded({ session: client, by: 'client', cookie: undefined }, line.timeUs);
    const event: WebRequest = {
      type: 'web-request',
      schema: 1,
      application,
      workload,
      container,
      id: `${stream}:${firstLine + this.counts.lines}`.slice(0, 512),
      stream,
      key: `${application}/line/${session}`.slice(0, 512),
      timeUs: line.timeUs,
      endUs: line.timeUs + (line.precisionUs > 1_000 ? line.precisionUs : 1),
      view: 'line',
      method: line.method.slice(0, 32),
      path: shown.path,
      status: line.status,
      bytes: line.bytes,
      ...(route === undefined ? {} : { route }),
      parameters: read.map(({ feature }) => feature),
      parametersDropped: dropped,
      ...(whole ? {} : { unseen: ['parameters' as const] }),
      ...(line.origin === undefined ? {} : { origin: originRelation(line.origin, host) }),
      ...(referer === undefined ? {} : { referer }),
      ...(from === undefined ? {} : { refererPath: from }),
      ...(host === undefined ? {} : { host: this.#digest.of('host', hostName(host)) }),
      session,
      sessionBy: by,
      // A name that was refused is what somebody typed, and may be anything.
      ...webClient({ address: line.remote, agent, account: line.status === 401 ? '' : line.user }, privacy),
      request: requestIdentity(application, line.method, line.target, line.userAgent, line.timeUs),
      scripts: [],
      responseComplete: false,
      statements: [],
    };
    const tried = this.#tries.of(event, client, read);
    return tried === undefined ? event : { ...event, tried };
  }
}

/** What the line tells of headers beside agent and referer. */
function headersOf({
  headers = [],
  host,
  origin,
  contentType,
}: AccessLine): (readonly [name: string, value: string])[] {
  const told = new Map(headers);
  for (const [name, value] of [
    ['host', host],
    ['origin', origin],
    ['content-type', contentType],
  ] as const)
    if (value !== undefined) told.set(name, value);
  return [...told];
}
