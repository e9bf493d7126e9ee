import type { ItemContainer, TimeUs } from '@plimsoll/contracts';

import { CallTime } from './call-time.js';
import { CaptureParser } from './capture-parser.js';
import { containerId } from './container-id.js';
import type { Direction } from './directed-calls.js';
import { FieldReader } from './field-reader.js';
import { integerAt, sysdigResult } from './sysdig-arguments.js';
import { DROP, ENDED, NOT_A_CALL, sysdigCall } from './sysdig-names.js';

const FIELDS = [
  'evt.type',
  'evt.dir',
  'thread.tid',
  'container.id',
  'evt.time',
  'evt.rawtime',
  'evt.outputtime',
  'evt.time.iso8601',
  'evt.datetime',
  'evt.info',
  'evt.args',
  'evt.rawres',
  'proc.exepath',
  'fd.name',
  'container.name',
  'container.image',
  'container.image.repository',
  'k8s.ns.name',
  'k8s.pod.name',
  'k8s.deployment.name',
  'output_fields',
  'time',
  'rule',
  'n_drops',
] as const;
const FIELD = Object.fromEntries(FIELDS.map((name, i) => [name, i])) as Record<(typeof FIELDS)[number], number>;

const TIMES = (['evt.time', 'evt.rawtime', 'evt.outputtime', 'evt.time.iso8601', 'evt.datetime', 'time'] as const).map(
  (name) => FIELD[name],
);
const OPENS = /^(?:open|openat|openat2|creat)$/;
const EXECUTES = /^execve(?:at)?$/;
/** Blank, tab, carriage return, comma and square brackets. */
const AROUND: ReadonlySet<number> = new Set([32, 9, 13, 44, 91, 93]);
const DROP_RULE = 'syscall event drop';

/**
 * Calls from the JSON of `sysdig -j` and of Falco (its libraries' own events, or alerts whose `output_fields` hold
 * them): one flat object a line, `evt.type` at least. Containers are told apart by `container.id`; without it the calls
 * belong to the container that the source was opened for, and `host` is a container of its own. Each call is counted
 * once (`DirectedCalls`). Drops that the tool reports become gaps.
 *
 * Cost: about a microsecond a line, some six where it tells an act (a program, a file, an address). State: one line of
 * at most 1 MiB, 16,384 calls, 4,096 containers, and what `CaptureActivities` holds.
 */
export class SysdigJsonParser extends CaptureParser {
  readonly #outer = new FieldReader(FIELDS);
  readonly #inner = new FieldReader(FIELDS);
  readonly #time = new CallTime();

  protected line(bytes: Buffer, lineStart: number, end: number, cut: boolean): void {
    const start = objectStart(bytes, lineStart, end);
    if (start >= end) return;
    this.tally.lines++;
    if (cut || !this.#outer.read(bytes, start, end)) {
      this.refuse(cut ? 'too long' : 'not of this form', bytes, start, end);
      return;
    }
    let fields = this.#outer;
    const nested = FIELD.output_fields;
    if (fields.has(nested) && this.#inner.read(bytes, fields.start(nested), fields.end(nested))) {
      if (this.#dropReport(bytes)) return;
      fields = this.#inner;
    }
    const type = FIELD['evt.type'];
    const number = fields.has(type) ? sysdigCall(bytes, fields.start(type), fields.end(type)) : -1;
    if (number < 0) this.refuse('not of this form', bytes, start, end);
    else if (number === DROP) this.dropped(this.#timeOf(fields, bytes), undefined);
    else if (number === ENDED) this.ended(this.#slot(fields, bytes), threadOf(fields, bytes));
    else if (number >= NOT_A_CALL) this.tally.notCalls++;
    else this.#call(fields, bytes, number);
  }

  #call(fields: FieldReader, bytes: Buffer, number: number): void {
    const direction = directionOf(fields, bytes);
    const info = fields.has(FIELD['evt.info']) ? FIELD['evt.info'] : FIELD['evt.args'];
    let result: number | undefined;
    let digest = 0;
    if (direction !== 'enter') result = resultOf(fields, bytes, info);
    if (direction !== 'enter' && this.paths.wants(number)) digest = this.#digest(fields, bytes, number, info);
    const thread = threadOf(fields, bytes);
    const slot = this.#slot(fields, bytes);
    const timeUs = this.#timeOf(fields, bytes);
    if (direction !== 'enter')
      this.returned(slot, thread, number, result, timeUs, () => this.#words(fields, bytes, info));
    this.calls.add(direction, slot, number, thread, timeUs, result, digest);
  }

  /** The arguments, or, where an alert shows the file alone, that. */
  #words(fields: FieldReader, bytes: Buffer, info: number): string | undefined {
    const path = FIELD['fd.name'];
    const text = (field: number): string => unescaped(bytes.toString('utf8', fields.start(field), fields.end(field)));
    if (fields.has(info)) return text(info);
    return fields.has(path) ? `name=${text(path)}` : undefined;
  }

  #digest(fields: FieldReader, bytes: Buffer, number: number, info: number): number {
    const type = FIELD['evt.type'];
    const name = bytes.toString('latin1', fields.start(type), fields.end(type));
    const path = EXECUTES.test(name) ? FIELD['proc.exepath'] : OPENS.test(name) ? FIELD['fd.name'] : -1;
    if (path >= 0 && fields.has(path)) {
      return this.paths.path(number, bytes, fields.start(path), fields.end(path));
    }
    return fields.has(info) ? this.paths.inArguments(number, bytes, fields.start(info), fields.end(info)) : 0;
  }

  #slot(fields: FieldReader, bytes: Buffer): number {
    const field = FIELD['container.id'];
    const name = fields.has(field) ? bytes.toString('latin1', fields.start(field), fields.end(field)) : '';
    return this.calls.slot(name, () => (fields.has(field) ? containerOf(fields, bytes, name) : undefined));
  }

  #timeOf(fields: FieldReader, bytes: Buffer): TimeUs | undefined {
    for (const field of TIMES) {
      const reader = fields.has(field) ? fields : this.#outer;
      if (!reader.has(field)) continue;
      const timeUs = this.#time.read(bytes, reader.start(field), reader.end(field));
      if (timeUs !== undefined) return timeUs;
    }
    return undefined;
  }

  /** Falco's own alert that its buffer overflowed. */
  #dropReport(bytes: Buffer): boolean {
    const rule = FIELD.rule;
    if (!this.#inner.has(FIELD.n_drops)) return false;
    if (!this.#outer.has(rule)) return false;
    if (!bytes.toString('latin1', this.#outer.start(rule), this.#outer.end(rule)).includes(DROP_RULE)) return false;
    const lost = integerAt(bytes, this.#inner.start(FIELD.n_drops), this.#inner.end(FIELD.n_drops));
    this.dropped(this.#timeOf(this.#inner, bytes), lost === undefined ? undefined : Math.max(0, lost));
    return true;
  }
}

/** Behind what a list of objects puts around its lines. */
function objectStart(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && AROUND.has(bytes[at]!)) at++;
  return at;
}

function directionOf(fields: FieldReader, bytes: Buffer): Direction {
  const start = fields.start(FIELD['evt.dir']);
  if (start < 0) return 'whole';
  return bytes[start] === 0x3e || bytes.toString('latin1', start, start + 6) === '\\u003e' ? 'enter' : 'exit';
}

function threadOf(fields: FieldReader, bytes: Buffer): number {
  const tid = fields.start(FIELD['thread.tid']);
  return tid < 0 ? 0 : (integerAt(bytes, tid, fields.end(FIELD['thread.tid'])) ?? 0);
}

function resultOf(fields: FieldReader, bytes: Buffer, info: number): number | undefined {
  const raw = FIELD['evt.rawres'];
  if (fields.has(raw)) return integerAt(bytes, fields.start(raw), fields.end(raw));
  return fields.has(info) ? sysdigResult(bytes, fields.start(info), fields.end(info)) : undefined;
}

function containerOf(fields: FieldReader, bytes: Buffer, id: string): ItemContainer {
  const text = (field: number): string | undefined => {
    if (!fields.has(field)) return undefined;
    const found = containerName(bytes.toString('utf8', fields.start(field), fields.end(field)));
    return found === '' ? undefined : found;
  };
  const name = text(FIELD['container.name']);
  const image = text(FIELD['container.image.repository']) ?? text(FIELD['container.image']);
  const namespace = text(FIELD['k8s.ns.name']);
  const pod = text(FIELD['k8s.pod.name']);
  const workload = text(FIELD['k8s.deployment.name']);
  return {
    container: containerId(id),
    ...(name !== undefined && { name }),
    ...(image !== undefined && { image }),
    ...(namespace !== undefined && { namespace }),
    ...(pod !== undefined && { pod }),
    ...(workload !== undefined && { workload }),
  };
}

function containerName(text: string): string {
  const cut = text.slice(0, 256);
  return cut === '<NA>' || cut === 'host' ? '' : cut;
}

/** A JSON text's own words. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
