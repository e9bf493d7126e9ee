import { open, stat, type FileHandle } from 'node:fs/promises';

import { pause } from '../pause.js';
import { begunOf, rotatedFiles, siblings, type Begun } from './rotated-files.js';
import { beginsAs, headOf, identityOf, sameFile, type FileIdentity, type TailPosition } from './tail-position.js';

export interface TailOptions {
  /** Where an earlier run stopped. */
  readonly from?: TailPosition;
  /** Without `from`: whether what is in the file already is read. Default true. */
  readonly fromStart?: boolean;
  /** How often the file is looked at. Default 250 ms. */
  readonly pollMs?: number;
  /** How long a file that was renamed is still read after its last line: its writer goes on for a moment. Default 3 s. */
  readonly lingerMs?: number;
  /** After how long without lines it is told, and again. Default 60,000 ms. */
  readonly silentMs?: number;
  readonly signal: AbortSignal;
}

/**
 * Whole lines, and the position behind them: whoever has dealt with the lines and saved the position loses none and sees none
 * twice. `lost` where lines were cut off or removed before they were read; how many, nobody can say.
 */
export type TailEvent =
  | { readonly type: 'lines'; readonly bytes: Uint8Array; readonly position: TailPosition }
  | { readonly type: 'lost'; readonly reason: 'truncated' | 'removed' }
  /** Nothing has come for a second, once after each time that something did. */
  | { readonly type: 'quiet' }
  /** Nothing has come for a minute, or for another one. */
  | { readonly type: 'silent' };

const CHUNK_BYTES = 131_072;
/** A line that is longer is handed on in parts, for the parser to refuse. */
const MAX_LINE_BYTES = 1_048_576;
const NEWLINE = 10;
const MAX_DONE = 16;
const QUIET_MS = 1_000;
const SILENT_MS = 60_000;
const FIND_PASSES = 3;
const FIND_PAUSE_MS = 20;

/**
 * Follows a log file by its name. Renamed and made anew: the old file is read to its end first. Cut to nothing: reading
 * begins anew, and what was not read yet is looked for in a copy beside it (`copytruncate`). Resumed: the file of the
 * position is looked for under its name and beside it, and what came after it is read in order.
 *
 * The file is looked at instead of watched: notifications miss changes on network and overlay file systems, and looking
 * costs one `stat`. State: one chunk and the beginning of a line.
 */
export async function* tail(path: string, options: TailOptions): AsyncGenerator<TailEvent> {
  const follower = new Follower(path, options);
  try {
    yield* follower.run();
  } finally {
    await follower.close();
  }
}

class Follower {
  readonly #path: string;
  readonly #options: TailOptions;
  readonly #signal: AbortSignal;
  #open: OpenFile | undefined;
  /** Whether the open file had another name already when it was opened: nobody writes it any more. */
  #rotated = false;
  /** The files that were read to their end since the path's own was opened last, in the order of their reading. */
  #passed: Begun[] = [];
  /** How the latest files began that were read to their end: a copy of one of them is not read again. */
  readonly #done: TailPosition[] = [];
  /** When the last lines came, until `quiet` was told. */
  #busyMs: number | undefined;
  /** When the last lines came, or `silent` was told. */
  #heardMs = performance.now();

  constructor(path: string, options: TailOptions) {
    this.#path = path;
    this.#options = options;
    this.#signal = options.signal;
  }

  async *run(): AsyncGenerator<TailEvent> {
    for await (const event of this.#events()) {
      if (event.type === 'lines') this.#busyMs = this.#heardMs = performance.now();
      yield event;
    }
  }

  async *#events(): AsyncGenerator<TailEvent> {
    yield* this.#resume();
    let first = this.#options.from === undefined;
    while (!this.#signal.aborted) {
      const passed = this.#passed.length;
      this.#open ??= await this.#next(first && this.#options.fromStart === false ? 'end' : 0);
      first = false;
      if (this.#open) {
        yield* this.#open.lines(this.#signal);
        yield* this.#changed(this.#open);
      }
      if (this.#busyMs !== undefined && performance.now() - this.#busyMs >= QUIET_MS) {
        this.#busyMs = undefined;
        yield { type: 'quiet' };
      }
      if (performance.now() - this.#heardMs >= (this.#options.silentMs ?? SILENT_MS)) {
        this.#heardMs = performance.now();
        yield { type: 'silent' };
      }
      const moreIsThere = this.#rotated || this.#passed.length > passed;
      if (!moreIsThere) await this.#pause(this.#options.pollMs ?? 250);
    }
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = undefined;
    this.#rotated = false;
  }

  /** Opens the file of the position that was given. */
  async *#resume(): AsyncGenerator<TailEvent> {
    const { from } = this.#options;
    if (!from) return;
    const found = await this.#find(from);
    if (!found) yield { type: 'lost', reason: 'removed' };
    else this.#take(found);
  }

  #take({ path, file }: Found): void {
    this.#open = file;
    this.#rotated = path !== this.#path;
  }

  /**
   * The file to read now: the path's own, or one that came and went after those that were passed. The path's own is
   * opened before others are looked for: what is rotated from then on comes after it.
   */
  async #next(from: number | 'end'): Promise<OpenFile | undefined> {
    const own = await OpenFile.at(this.#path, from);
    const between = await this.#afterPassed(own?.identity);
    if (between) await own?.close();
    else if (own) this.#passed = [];
    this.#rotated = between !== undefined;
    return between ?? own;
  }

  /**
   * The rotated file that was begun first after the one that was passed last, or in the same tick of the file system's
   * clock (some 4 ms). One that is the path's own, or was when it was opened, is not meant, nor one that came after it.
   */
  async #afterPassed(own: FileIdentity | undefined): Promise<OpenFile | undefined> {
    const last = this.#passed.at(-1);
    if (!last) return undefined;
    const rotated = await rotatedFiles(this.#path);
    const limit = own && rotated.find((each) => sameFile(each, own))?.begun;
    const newer = rotated
      .filter((each) => each.begun >= last.begun && (limit === undefined || each.begun < limit))
      .filter((each) => !(own && sameFile(each, own)) && !this.#passed.some((passed) => sameFile(passed, each)))
      .sort((a, b) => (a.begun < b.begun ? -1 : 1));
    for (const { path } of newer) {
      const file = await OpenFile.at(path, 0);
      if (file && !(await file.beginsAsOneOf(this.#done))) return file;
      await file?.close();
    }
    return undefined;
  }

  /** After the end of what is in the file: whether it was renamed, or cut. */
  async *#changed(file: OpenFile): AsyncGenerator<TailEvent> {
    if (await file.wasCut()) {
      this.#remember(file);
      yield* this.#missed(file);
      return;
    }
    const current = await identityAt(this.#path);
    if (current && sameFile(current, file.identity)) return;
    if (!this.#rotated) yield* this.#linger(file);
    if (this.#signal.aborted) return;
    yield* file.rest();
    this.#remember(file);
    this.#passed.push(await file.begun());
    await this.close();
  }

  #remember(file: OpenFile): void {
    if (file.position.headBytes > 0) this.#done.push(file.position);
    if (this.#done.length > MAX_DONE) this.#done.shift();
  }

  /** Reads on from a file that has another name now, until nothing came for a while. */
  async *#linger(file: OpenFile): AsyncGenerator<TailEvent> {
    const lingerMs = this.#options.lingerMs ?? 3_000;
    const stepMs = Math.min(this.#options.pollMs ?? 250, lingerMs);
    for (let quietMs = 0; quietMs < lingerMs && !this.#signal.aborted; quietMs += stepMs) {
      await this.#pause(stepMs);
      for await (const event of file.lines(this.#signal)) {
        quietMs = 0;
        yield event;
      }
    }
  }

  /** What stood behind the position in a file that was cut since: in its copy, where there is one. */
  async *#missed(file: OpenFile): AsyncGenerator<TailEvent> {
    const copy = await this.#find(file.position, (path) => path !== this.#path);
    await this.close();
    if (copy) this.#take(copy);
    else yield { type: 'lost', reason: 'truncated' };
  }

  /** A rotation may be under way while names are looked at: what is not found at once is looked for again. */
  async #find(position: TailPosition, allowed: (path: string) => boolean = () => true): Promise<Found | undefined> {
    for (let pass = 1; ; pass++) {
      const found = await this.#findOnce(position, allowed);
      if (found || pass === FIND_PASSES || this.#signal.aborted) return found;
      await this.#pause(FIND_PAUSE_MS);
    }
  }

  /** The file that a position is of: the one with its number, else one that begins like it and is as long. */
  async #findOnce(position: TailPosition, allowed: (path: string) => boolean): Promise<Found | undefined> {
    let likeIt: Found | undefined;
    for (const path of [this.#path, ...(await siblings(this.#path))].filter(allowed)) {
      const file = await OpenFile.resumed(path, position);
      if (!file) continue;
      if (sameFile(file.identity, position)) {
        await likeIt?.file.close();
        return { path, file };
      }
      if (likeIt || position.headBytes === 0) await file.close();
      else likeIt = { path, file };
    }
    return likeIt;
  }

  #pause(ms: number): Promise<boolean> {
    return pause(ms, this.#signal);
  }
}

interface Found {
  readonly path: string;
  readonly file: OpenFile;
}

/** One file that is open, with how far it was read. */
class OpenFile {
  position: TailPosition;
  #held: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly file: FileHandle,
    readonly identity: FileIdentity,
    position: TailPosition,
  ) {
    this.position = position;
  }

  /** The file at `path` from an offset or its present end on; undefined where there is none. */
  static async at(path: string, from: number | 'end'): Promise<OpenFile | undefined> {
    const file = await opened(path);
    if (!file) return undefined;
    const stats = await file.stat({ bigint: true });
    const offset = from === 'end' ? Number(stats.size) : from;
    const identity = identityOf(stats);
    return new OpenFile(file, identity, { ...identity, offset, ...(await headOf(file)) });
  }

  /** The file at `path` from `position` on; undefined where it is another file. */
  static async resumed(path: string, position: TailPosition): Promise<OpenFile | undefined> {
    const file = await opened(path);
    if (!file) return undefined;
    const stats = await file.stat({ bigint: true });
    if (Number(stats.size) < position.offset || !(await beginsAs(file, position))) {
      await file.close();
      return undefined;
    }
    const identity = identityOf(stats);
    return new OpenFile(file, identity, { ...identity, offset: position.offset, ...(await headOf(file)) });
  }

  /** Whole lines up to the present end. */
  async *lines(signal: AbortSignal): AsyncGenerator<TailEvent> {
    while (!signal.aborted) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await this.file.read(chunk, 0, CHUNK_BYTES, this.position.offset + this.#held.length);
      // What was read of a file that was cut and has grown again is not what follows: its beginning tells.
      if (bytesRead === 0 || !(await beginsAs(this.file, this.position))) return;
      const bytes = Buffer.concat([this.#held, chunk.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      const whole = end === 0 && bytes.length >= MAX_LINE_BYTES ? bytes.length : end;
      this.#held = bytes.subarray(whole);
      if (whole > 0) yield await this.#event(bytes.subarray(0, whole), whole);
    }
  }

  /** The last line of a file that nobody writes any more, with the line feed that it lacks. */
  async *rest(): AsyncGenerator<TailEvent> {
    if (this.#held.length === 0) return;
    const bytes = Buffer.concat([this.#held, Buffer.from([NEWLINE])]);
    const readBytes = this.#held.length;
    this.#held = Buffer.alloc(0);
    yield await this.#event(bytes, readBytes);
  }

  /** Whether the file is shorter than what was read of it, or begins differently. */
  async wasCut(): Promise<boolean> {
    const { size } = await this.file.stat({ bigint: true });
    if (Number(size) < this.position.offset + this.#held.length) return true;
    return !(await beginsAs(this.file, this.position));
  }

  async begun(): Promise<Begun> {
    return begunOf(await this.file.stat({ bigint: true }));
  }

  async beginsAsOneOf(positions: readonly TailPosition[]): Promise<boolean> {
    for (const position of positions) if (await beginsAs(this.file, position)) return true;
    return false;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  async #event(bytes: Uint8Array, readBytes: number): Promise<TailEvent> {
    const head = this.position.offset < 512 ? await headOf(this.file) : this.position;
    this.position = {
      ...this.position,
      head: head.head,
      headBytes: head.headBytes,
      offset: this.position.offset + readBytes,
    };
    return { type: 'lines', bytes, position: this.position };
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function identityAt(path: string): Promise<FileIdentity | undefined> {
  try {
    return identityOf(await stat(path, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
