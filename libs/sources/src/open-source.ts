import {
  PlimsollError,
  printable,
  type Gap,
  type ItemContainer,
  type SourceItem,
  type SourceKind,
} from '@plimsoll/contracts';

import { archiveWithin, TAR_HEAD_BYTES, unreadPacking } from './foreign-forms.js';
import { gunzip, isGzip, type PackedEnd } from './input/gunzip.js';
import { listParts } from './input/list-parts.js';
import type { SourcePart } from './input/source-part.js';
import { programOutput } from './input/program-output.js';
import { isScap, scapReader } from './input/scap.js';
import { isZip } from './input/zip-archive.js';
import { isZstd, unzstd } from './input/zstd.js';
import { isTelling, isWrongKind } from './kind-hint.js';
import { readerOf, type SourceKindReader } from './kinds.js';
import { formHint, type SourceReport } from './source-report.js';
import type { SourceContext, SourceParser } from './source.js';

/** One source as it is given on the command line or in a recording: `WORKLOAD=KIND:PATH`. */
export interface SourceSpec {
  readonly workload: string;
  readonly kind: SourceKind;
  /** A file (plain, gzip, zstd), a folder, a zip archive or a folder in one, or `-` for standard input. */
  readonly path: string;
}

export interface OpenSourceOptions {
  /** Stored bytes read so far and in all; 0 in all where it is not known. Never more than once a chunk. */
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  /** A file of a folder or an archive that was passed over, being empty or of another kind. */
  readonly onPassedOver?: (name: string, reason: PlimsollError) => void;
  /** Told at the end of each stream what became of its lines; of traces that is once a file. */
  readonly onRead?: (report: SourceReport) => void;
  /** Aborting ends the iteration with `stopped`. */
  readonly signal?: AbortSignal;
}

/** What is kept of a beginning to tell what it looks like. */
const HEAD_BYTES = 32_768;

/**
 * Reads a source to its end. One chunk of at most 256 KiB is under way at a time; the next is read when the items of
 * the last were taken, so a slow reader slows the file.
 *
 * Files of a folder or an archive follow each other in name order. Of traces each is a container of its own, named in
 * `of`, and a file of another kind is passed over; a log's files are one stream. Throws `missing-file`,
 * `unreadable-file` (broken gzip says at which byte), `wrong-kind` with the kind that it looks like, `empty-source`,
 * and `stopped`. A packed file that is merely cut gives what it holds and then a gap `truncated-input`.
 */
export async function* openSource(
  spec: SourceSpec,
  context: SourceContext,
  options: OpenSourceOptions = {},
): AsyncGenerator<SourceItem> {
  const reader = readerOf(spec.kind);
  const links: string[] = [];
  const all = await listParts(spec.path, (name) => links.push(name));
  const parts = all.length === 1 ? all : chosen(all, reader);
  if (parts.length === 0)
    throw new PlimsollError(
      'empty-source',
      `${spec.path}: holds no file to read${links.length > 0 ? `; ${linkNotice(links)}` : ''}`,
    );
  const reading = new Reading(spec.kind, withNotice(options, links), parts);
  if (parts.length === 1) yield* reading.one(parts[0]!, reader.parser(context));
  else if (reader.folder === 'log') yield* reading.log(parts, reader.parser(context));
  else yield* reading.traces(parts, () => reader.parser(context));
}

function linkNotice(links: readonly string[]): string {
  const named = links.slice(0, 3).map(printable).join(', ');
  const more = links.length > 3 ? ` and ${links.length - 3} more` : '';
  return `symbolic links in a folder are not followed: ${named}${more}; give the path that they lead to`;
}

/** Tells with the first report which links were left out. */
function withNotice(options: OpenSourceOptions, links: readonly string[]): OpenSourceOptions {
  const { onRead } = options;
  if (links.length === 0 || onRead === undefined) return options;
  let told = false;
  return {
    ...options,
    onRead(report) {
      const notices = told ? [report.notice] : [report.notice, linkNotice(links)];
      told = true;
      onRead({ ...report, notice: notices.filter((notice) => notice !== undefined).join('\n  ') || undefined });
    },
  };
}

function chosen(parts: readonly SourcePart[], { folder, suffix }: SourceKindReader): readonly SourcePart[] {
  const fitting = suffix === undefined ? parts : parts.filter(({ name }) => plainName(name).endsWith(suffix));
  return folder === 'log' ? [...fitting].sort(byRotation) : fitting;
}

function plainName(name: string): string {
  return name.replace(/\.gz$/, '');
}

/** `access.log.2.gz`, `access.log.1`, `access.log`: the higher the number, the older. */
function byRotation(a: SourcePart, b: SourcePart): number {
  const [aBase, aTurn] = rotation(a.name);
  const [bBase, bTurn] = rotation(b.name);
  if (aBase !== bBase) return aBase < bBase ? -1 : 1;
  return bTurn - aTurn;
}

function rotation(name: string): [base: string, turn: number] {
  const plain = plainName(name);
  const numbered = /^(.{1,4096})\.(\d{1,6})$/.exec(plain);
  return numbered ? [numbered[1]!, Number(numbered[2])] : [plain, 0];
}

/** One run over a source's files. */
class Reading {
  readonly #totalBytes: number;
  #readBytes = 0;

  constructor(
    private readonly kind: SourceKind,
    private readonly options: OpenSourceOptions,
    parts: readonly SourcePart[],
  ) {
    this.#totalBytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async *one(part: SourcePart, parser: SourceParser): AsyncGenerator<SourceItem> {
    const checked = new CheckedParser(parser, this.kind, part.title, this.options.onRead);
    yield* this.#items(part, checked);
    yield* checked.end();
  }

  /** The files of one log, through one parser: a request may begin in one and end in the next. */
  async *log(parts: readonly SourcePart[], parser: SourceParser): AsyncGenerator<SourceItem> {
    const checked = new CheckedParser(parser, this.kind, `${parts[0]!.title} and those beside it`, this.options.onRead);
    for (const part of parts) {
      yield* this.#items(part, checked);
      yield* checked.push(NEWLINE);
    }
    yield* checked.end();
  }

  async *traces(parts: readonly SourcePart[], parser: () => SourceParser): AsyncGenerator<SourceItem> {
    let passedOver: PlimsollError | undefined;
    let read = 0;
    for (const part of parts) {
      const of: ItemContainer = { container: plainName(part.name) };
      const checked = new CheckedParser(parser(), this.kind, part.title, this.options.onRead);
      try {
        for await (const item of this.#items(part, checked)) yield tagged(item, of);
        for (const item of checked.end()) yield tagged(item, of);
        read++;
      } catch (error) {
        if (!(error instanceof PlimsollError) || !PASSED_OVER.has(error.code) || checked.gave) throw error;
        passedOver ??= error;
        this.options.onPassedOver?.(part.name, error);
      }
    }
    if (read === 0 && passedOver) throw passedOver;
    yield { type: 'end' };
  }

  async *#items(part: SourcePart, parser: CheckedParser): AsyncGenerator<SourceItem> {
    const end: PackedEnd = { truncated: false };
    for await (const chunk of unpacked(part, this.kind, end, (bytes) => {
      this.#count(bytes);
    })) {
      if (this.options.signal?.aborted) throw new PlimsollError('stopped', `${part.title}: reading was stopped`);
      yield* parser.push(chunk);
    }
    if (end.truncated) yield parser.cut();
  }

  #count(bytes: number): void {
    this.#readBytes += bytes;
    this.options.onProgress?.(Math.round(this.#readBytes), this.#totalBytes);
  }
}

const NEWLINE = Buffer.from('\n');
const PASSED_OVER: ReadonlySet<string> = new Set(['wrong-kind', 'empty-source']);

function tagged(item: SourceItem, of: ItemContainer): SourceItem {
  // A request or statement names its own container; what programs did belongs where the calls do.
  const elsewhere = item.type === 'event' && item.event.type !== 'process-activity';
  return elsewhere || item.of ? item : { ...item, of };
}

/** A part's bytes, unpacked where they begin as gzip does, told by sysdig where they are a capture. */
async function* unpacked(
  part: SourcePart,
  kind: SourceKind,
  end: PackedEnd,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const stored = part.read(onBytes);
  const head: Uint8Array[] = [];
  let headBytes = 0;
  while (headBytes < 6) {
    const next = await stored.next();
    if (next.done) break;
    head.push(next.value);
    headBytes += next.value.length;
  }
  const first = Buffer.concat(head);
  if (isZip(first)) {
    throw new PlimsollError('wrong-kind', `${part.title}: a zip archive within; give its own path instead`);
  }
  if (isScap(first)) {
    if (kind !== 'sysdig-json' || part.path === undefined) {
      throw new PlimsollError('wrong-kind', `${part.title}: a capture of libscap; give its own file as sysdig-json`);
    }
    await stored.return(undefined);
    yield* programOutput(scapReader(part.path));
    return;
  }
  const packing = unreadPacking(first);
  if (packing !== undefined) throw new PlimsollError('wrong-kind', `${part.title}: this is ${packing}`);
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (first.length > 0) yield first;
    yield* stored;
  }
  if (isGzip(first)) yield* gunzip(whole(), part.title, end);
  else if (isZstd(first)) yield* unzstd(whole(), part.title, end);
  else yield* whole();
}

/** A parser that is watched: it says when what it reads is of another kind, or nothing. */
class CheckedParser {
  /** Items were given out. */
  gave = false;
  #head: Uint8Array = new Uint8Array(0);
  #lastUs = 0;
  #checked = false;
  #cut = false;
  #bytes = 0;

  constructor(
    private readonly parser: SourceParser,
    private readonly kind: SourceKind,
    private readonly title: string,
    private readonly onRead: ((report: SourceReport) => void) | undefined,
  ) {}

  push(chunk: Uint8Array): readonly SourceItem[] {
    const before = this.#head.length;
    if (before < HEAD_BYTES) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, HEAD_BYTES);
    this.#bytes += chunk.length;
    if (before < TAR_HEAD_BYTES) this.#refuseArchive();
    const items = this.parser.push(chunk);
    if (!this.#checked && isTelling(this.parser.counts, this.#bytes)) {
      this.#checked = true;
      this.#check();
    }
    return this.#given(items);
  }

  /** The input was cut: what was lost lies behind the last event, for as long as nobody knows. */
  cut(): SourceItem {
    this.#cut = true;
    const gap: Gap = { startUs: this.#lastUs, endUs: this.#lastUs + 1, cause: 'truncated-input' };
    return { type: 'gap', gap };
  }

  end(): readonly SourceItem[] {
    const items = this.#given(this.parser.end());
    this.#check();
    this.onRead?.(this.#report());
    if (!this.gave) {
      throw new PlimsollError(
        'empty-source',
        this.parser.counts.lines === 0
          ? `${this.title} is empty`
          : `${this.title}: ${this.parser.counts.lines} lines, and no ${this.kind} event in them${formHint(this.#report())}`,
      );
    }
    return items;
  }

  #refuseArchive(): void {
    const archive = archiveWithin(this.#head);
    if (archive !== undefined) throw new PlimsollError('wrong-kind', `${this.title}: this is ${archive}`);
  }

  #check(): void {
    if (!isWrongKind(this.parser.counts)) return;
    const { title } = readerOf(this.kind);
    throw new PlimsollError('wrong-kind', `${this.title}: this is not ${title}${formHint(this.#report())}`);
  }

  #report(): SourceReport {
    const { counts, refusals, notice } = this.parser;
    return { title: this.title, kind: this.kind, counts, refusals, notice, cut: this.#cut, head: this.#head };
  }

  #given(items: readonly SourceItem[]): readonly SourceItem[] {
    for (const item of items) {
      if (item.type === 'end') continue;
      this.gave = true;
      if (item.type === 'event') this.#lastUs = Math.max(this.#lastUs, item.event.timeUs);
      else if (item.type === 'calls') this.#lastUs = Math.max(this.#lastUs, item.calls.timesUs.at(-1) ?? 0);
    }
    return items;
  }
}
