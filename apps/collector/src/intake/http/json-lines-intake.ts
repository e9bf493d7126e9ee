import { randomUUID } from 'node:crypto';

import { PlimsollError, SourceKind, Where, type SourceItem } from '@plimsoll/contracts';
import { CollectorPipeline, messageRecord, type WhereOf } from '@plimsoll/pipelines';
import { likelyKind, openParser, type SourceContext, type SourceParser } from '@plimsoll/sources';
import type { OutgoingRecord } from '@plimsoll/streaming';
import { z } from 'zod';

import { sentSource, type Arrivals } from '../arrivals.js';
import { OrderedDelivery, type Acceptor } from '../ordered-delivery.js';
import { checkMaySend, type IntakeRequest, type IntakeServer } from './intake-server.js';

export interface JsonLinesOptions {
  readonly privacy: SourceContext['privacy'];
  readonly digestKey?: string;
  readonly outbox: Acceptor;
  readonly arrivals: Arrivals;
  /** Where the containers of a source of many belong. */
  readonly whereOf?: WhereOf;
  /** Default `/v1/lines`. */
  readonly path?: string;
}

/** What lines are and whose: the query of `POST /v1/lines`. */
const LinesQuery = Where.extend({
  kind: SourceKind,
  /** Names the stream: lines of one name are numbered on, and go through one parser. */
  stream: z
    .string()
    .min(1)
    .max(512)
    .regex(/^\P{Cc}*$/u, 'must have no control character'),
  /** Counts the bodies of a stream, from 1: one that was taken already is answered and not taken again. */
  sequence: z.coerce.number().int().positive().optional(),
});
type LinesQuery = z.infer<typeof LinesQuery>;

const DEFAULT_LINES_PATH = '/v1/lines';
/** What parsers of streams may cost; of the ones that are idle, the one that was quiet longest ends first. */
const MAX_COST = 1_024;
/** A parser of strace holds 1.8 MB from its first line on, others little. */
const STRACE_COST = 8;
/** A stream that brought nothing for so long is silent. */
const SILENT_MS = 60_000;
/** Share of a body's lines that may be of another kind before it is refused. */
const WRONG_SHARE = 0.9;

/**
 * Lines over HTTP: access logs, sysdig's and Falco's JSON, Tetragon's, audit logs, any kind that has a parser. Bodies
 * are whole lines, plain or gzip. A stream goes on from one body to the next; each is answered 200 with what was read
 * once that is safe. Without `sequence` a body that is sent again counts again.
 */
export class JsonLinesIntake {
  readonly #options: JsonLinesOptions;
  readonly #streams = new Map<string, LineStream>();
  /** Names this run: lines are counted anew in each, and in each stream that was forgotten and begins again. */
  readonly #run = randomUUID();
  #opened = 0;

  constructor(server: IntakeServer, options: JsonLinesOptions) {
    this.#options = options;
    server.post(options.path ?? DEFAULT_LINES_PATH, (request) => this.#take(request));
  }

  /** Tells containers whose calls have stopped the time: their windows close. What cannot be told now is told later. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#streams.values()].map((stream) => stream.idle()));
  }

  async #take({ body, query, applications }: IntakeRequest): Promise<object> {
    const parsed = LinesQuery.safeParse(query);
    if (!parsed.success) throw new PlimsollError('bad-message', z.prettifyError(parsed.error));
    checkMaySend({ applications }, parsed.data.application);
    return this.#stream(parsed.data, applications).take(body, parsed.data.sequence);
  }

  #stream(query: LinesQuery, applications: readonly string[] | undefined): LineStream {
    const name = JSON.stringify([
      query.stream,
      query.kind,
      query.application,
      query.workload,
      query.container,
      applications,
    ]);
    const stream =
      this.#streams.get(name) ??
      new LineStream(query, `${query.stream}@${this.#run}.${this.#opened++}`, {
        ...this.#options,
        ...within(query, applications, this.#options.whereOf),
      });
    this.#streams.delete(name);
    this.#streams.set(name, stream);
    let cost = 0;
    for (const each of this.#streams.values()) cost += each.cost;
    for (const [idle, each] of this.#streams) {
      if (cost <= MAX_COST) break;
      if (each.busy || each === stream) continue;
      this.#streams.delete(idle);
      this.#options.arrivals.left(each.source);
      cost -= each.cost;
    }
    return stream;
  }
}

/** Containers that a bound sender tells of are placed by the rules where its token allows that, else where it said. */
function within(
  { application, workload, container }: Where,
  applications: readonly string[] | undefined,
  whereOf: WhereOf | undefined,
): { whereOf?: WhereOf } {
  if (applications === undefined || whereOf === undefined) return {};
  return {
    whereOf: (facts) => {
      const where = whereOf(facts);
      return applications.includes(where.application) ? where : { application, workload, container };
    },
  };
}

interface Answer {
  readonly lines: number;
  readonly events: number;
  readonly malformed: number;
  /** The body had been taken before. */
  readonly repeated: boolean;
}

interface Taken {
  readonly records: readonly OutgoingRecord[];
  readonly answer: Answer;
}

class LineStream {
  /** What its sender calls it. */
  readonly #name: string;
  /** What arrivals are told of it by: no other sender's, whatever that calls its own. */
  readonly source: string;
  readonly #kind: SourceKind;
  readonly #parser: SourceParser;
  readonly #pipeline: CollectorPipeline;
  readonly #delivery: OrderedDelivery;
  readonly #arrivals: Arrivals;
  #sequence = 0;
  #underWay = 0;
  #takenMs = Date.now();

  constructor(query: LinesQuery, stream: string, { privacy, digestKey, outbox, arrivals, whereOf }: JsonLinesOptions) {
    const { application, workload, container, kind } = query;
    this.#name = query.stream;
    this.source = sentSource(query.stream, stream);
    const where = { application, workload, container };
    this.#kind = kind;
    this.#parser = openParser(kind, { ...where, stream, privacy, ...(digestKey !== undefined && { digestKey }) });
    this.#pipeline = new CollectorPipeline(
      where,
      stream,
      whereOf && { whereOf: arrivals.noting(this.source, whereOf) },
    );
    arrivals.concerns(this.source, where);
    this.#delivery = new OrderedDelivery(outbox);
    this.#arrivals = arrivals;
  }

  get cost(): number {
    return this.#kind === 'strace' ? STRACE_COST : 1;
  }

  get busy(): boolean {
    return this.#underWay > 0;
  }

  async idle(): Promise<void> {
    if (this.busy || Date.now() - this.#takenMs < SILENT_MS) return;
    await this.#delivery.deliver(() => ({ records: this.#pipeline.idle(Date.now() * 1_000).map(messageRecord) }));
  }

  async take(body: Buffer, sequence: number | undefined): Promise<Answer> {
    this.#underWay++;
    this.#takenMs = Date.now();
    try {
      return (await this.#delivery.deliver(() => this.#read(body, sequence))).answer;
    } finally {
      this.#underWay--;
    }
  }

  #read(body: Buffer, sequence: number | undefined): Taken {
    if (sequence !== undefined && sequence <= this.#sequence) {
      return { records: [], answer: { lines: 0, events: 0, malformed: 0, repeated: true } };
    }
    const before = { ...this.#parser.counts };
    const items = [...this.#parser.push(body)];
    if (body.at(-1) !== NEWLINE) items.push(...this.#parser.push(Buffer.of(NEWLINE)));
    const { counts } = this.#parser;
    const lines = counts.lines - before.lines;
    const malformed = counts.malformed - before.malformed;
    if (items.length === 0 && lines > 0 && malformed >= WRONG_SHARE * lines) {
      const likely = likelyKind(body.subarray(0, HEAD_BYTES));
      const hint = likely === undefined || likely === this.#kind ? '' : `; they look like ${likely}`;
      throw new PlimsollError('wrong-kind', `the lines are not of the kind ${this.#kind}${hint}`);
    }
    if (sequence !== undefined) this.#sequence = sequence;
    const arrived = this.#arrivals.take(this.source, items);
    const own =
      sequence === undefined ? arrived : arrived.map((item, i) => named(item, this.#name, `${sequence}.${i}`));
    const messages = [...own.flatMap((item) => this.#pipeline.push(item)), ...this.#pipeline.flush()];
    const answer = { lines, events: counts.events - before.events, malformed, repeated: false };
    return { records: messages.map(messageRecord), answer };
  }
}

/**
 * An event of a body that its sender numbers has its name from that number: sent again, to this run or to a later one,
 * it is recognised. Calls are numbered by the run, and audit events have names of their own.
 */
function named(item: SourceItem, stream: string, place: string): SourceItem {
  if (item.type !== 'event' || (item.event.type !== 'web-request' && item.event.type !== 'sql-statement')) return item;
  return { type: 'event', event: { ...item.event, stream, id: `${stream}#${place}`.slice(0, 512) } };
}

const NEWLINE = 10;
const HEAD_BYTES = 32_768;
