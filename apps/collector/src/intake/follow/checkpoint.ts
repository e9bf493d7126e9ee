import { readFile } from 'node:fs/promises';

import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { writeAtomically } from '../atomic-file.js';
import { TailPosition } from './tail-position.js';

/** Where one source stopped: everything before it is safe in the event log or in the spool. */
export const SourceCheckpoint = z.object({
  position: TailPosition,
  /** Lines of the stream so far: names of events count on from here. */
  lines: z.number().int().nonnegative(),
  /** Of each container, the number of its next call. */
  ordinals: z.array(z.tuple([z.string().max(256), z.number().int().nonnegative()])).max(65_536),
  /** Time of the newest event. */
  lastUs: z.number().nonnegative(),
});
export type SourceCheckpoint = z.infer<typeof SourceCheckpoint>;

const CheckpointFile = z.object({
  schema: z.literal(1),
  streams: z.array(z.tuple([z.string().min(1).max(512), SourceCheckpoint])),
});

/** Streams that are remembered; the one that was quiet longest is forgotten first. */
const MAX_STREAMS = 4_096;

/**
 * Where each stream stopped, in one file that is replaced as a whole: after a crash there is the newest state or the
 * one before, and lines read again have the names that they had. Saving is at most one write at a time; states that
 * come meanwhile are saved with the next.
 */
export class Checkpoints {
  readonly #path: string;
  readonly #streams: Map<string, SourceCheckpoint>;
  #changed = false;
  #saving: Promise<void> | undefined;

  private constructor(path: string, streams: Iterable<readonly [string, SourceCheckpoint]>) {
    this.#path = path;
    this.#streams = new Map(streams);
  }

  /** Throws `bad-configuration` for a file that is none of ours: overwriting it would lose somebody's data. */
  static async open(path: string): Promise<Checkpoints> {
    const bytes = await readFile(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new PlimsollError('unreadable-file', `${path}: the checkpoints cannot be read`, { cause: error });
    });
    if (!bytes) return new Checkpoints(path, []);
    let content: unknown;
    try {
      content = JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
      throw new PlimsollError('bad-configuration', `${path}: is no file of checkpoints`, { cause });
    }
    const parsed = CheckpointFile.safeParse(content);
    if (!parsed.success) throw new PlimsollError('bad-configuration', `${path}: is no file of checkpoints`);
    return new Checkpoints(path, parsed.data.streams);
  }

  get(stream: string): SourceCheckpoint | undefined {
    return this.#streams.get(stream);
  }

  set(stream: string, checkpoint: SourceCheckpoint): void {
    this.#streams.delete(stream);
    this.#streams.set(stream, checkpoint);
    if (this.#streams.size > MAX_STREAMS) this.#streams.delete(this.#streams.keys().next().value!);
    this.#changed = true;
  }

  /** Forgets a stream: its source was removed. */
  delete(stream: string): void {
    this.#changed = this.#streams.delete(stream) || this.#changed;
  }

  /** Resolves when every state set before is on disk; not synced: after a power failure lines come again. */
  async save(): Promise<void> {
    while (this.#saving) await this.#saving;
    if (!this.#changed) return;
    this.#changed = false;
    const content = JSON.stringify({ schema: 1, streams: [...this.#streams] });
    this.#saving = writeAtomically(this.#path, content, { sync: false });
    try {
      await this.#saving;
    } catch (error) {
      this.#changed = true;
      throw error;
    } finally {
      this.#saving = undefined;
    }
  }
}
