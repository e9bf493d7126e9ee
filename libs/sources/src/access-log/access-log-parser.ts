import type { SourceItem, WebRequest } from '@plimsoll/contracts';

import { LineReader } from '../bytes/line-reader.js';
import { KeyedDigest } from '../events/values/keyed-digest.js';
import { OwnHost } from '../events/web/own-host.js';
import { readParameter } from '../events/web/parameter-features.js';
import { originRelation, refererPath } from '../events/web/request-origin.js';
import { bodyParameters, formParameters } from '../events/web/request-parameters.js';
import { requestPath } from '../events/web/request-path.js';
import { requestRoute } from '../events/web/request-route.js';
import { requestIdentity, splitTarget } from '../events/web/web-request-event.js';
import type { SourceContext, SourceCounts, SourceParser } from '../source.js';
import { accessLine, type AccessLine } from './access-line.js';

/** Longer lines are no access log's: servers refuse such requests. They are counted as malformed. */
const MAX_LINE = 65_536;
const MAX_PARAMETERS = 64;

/**
 * Reads a web server's access log: common and combined format of Apache and nginx, and JSON with one object a line.
 * Lines hold neither cookies nor bodies: a session is what one client (address and User-Agent) does.
 * Memory: one line, and a count of hosts that referers name.
 */
export class AccessLogParser implements SourceParser {
  readonly counts: SourceCounts = { lines: 0, events: 0, malformed: 0 };
  readonly #context: SourceContext;
  readonly #digest: KeyedDigest;
  readonly #host = new OwnHost();
  readonly #reader: LineReader;
  #items: SourceItem[] = [];

  constructor(context: SourceContext, digestKey: string | Uint8Array) {
    this.#context = context;
    this.#digest = new KeyedDigest(digestKey);
    this.#reader = new LineReader((bytes, start, end, cut) => {
      this.#line(bytes, start, end, cut);
    });
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#reader.push(chunk);
    return this.#take();
  }

  end(): readonly SourceItem[] {
    this.#reader.end();
    return [...this.#take(), { type: 'end' }];
  }

  #take(): SourceItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #line(bytes: Buffer, start: number, end: number, cut: boolean): void {
    const text = cut || end - start > MAX_LINE ? undefined : bytes.toString('latin1', start, end).trim();
    if (text === '') return;
    this.counts.lines += 1;
    const line = text === undefined ? undefined : accessLine(text);
    if (line === undefined) {
      this.counts.malformed += 1;
      return;
    }
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
    const { route } = requestRoute(raw);
    const host = this.#host.of(line);
    const referer = line.referer === undefined ? undefined : originRelation(line.referer, host);
    const from = referer === 'same' ? refererPath(line.referer) : undefined;
    const session = this.#digest.of('client', `${line.remote} ${line.userAgent}`);
    return {
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
      parameters: raw
        .slice(0, MAX_PARAMETERS)
        .map((parameter) => readParameter(parameter, sample, this.#digest, privacy).feature),
      parametersDropped: Math.max(raw.length - MAX_PARAMETERS, 0),
      ...(line.origin === undefined ? {} : { origin: originRelation(line.origin, host) }),
      ...(referer === undefined ? {} : { referer }),
      ...(from === undefined ? {} : { refererPath: from }),
      session,
      sessionBy: 'client',
      request: requestIdentity(application, line.method, line.target, line.userAgent, line.timeUs),
      scripts: [],
      responseComplete: false,
      statements: [],
    };
  }
}
