import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { PlimsollError, Recording } from '@plimsoll/contracts';

/** A recording with the folder that its sources' paths start from. */
export interface RecordingAt {
  readonly folder: string;
  readonly recording: Recording;
}

/** How deep below the folder given a `recording.json` is looked for. */
const MAX_DEPTH = 4;

/** Every recording under `folder`, in path order. Throws `missing-file`, `wrong-kind`, or `empty-source` where none is found. */
export async function findRecordings(folder: string): Promise<RecordingAt[]> {
  const found = await collect(resolve(folder), 0);
  if (found.length === 0) {
    throw new PlimsollError(
      'empty-source',
      `${folder}: no recordings found. A recording is a folder that contains recording.json (docs/recordings.md says what it holds)`,
    );
  }
  return found;
}

async function collect(folder: string, depth: number): Promise<RecordingAt[]> {
  const entries = await listing(folder);
  if (entries.some((entry) => entry.name === 'recording.json')) return [await readRecording(folder)];
  if (depth === MAX_DEPTH) return [];
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const nested: RecordingAt[] = [];
  for (const name of folders.sort()) nested.push(...(await collect(join(folder, name), depth + 1)));
  return nested;
}

async function listing(folder: string): Promise<{ name: string; isDirectory(): boolean }[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const known = await stat(folder).catch(() => undefined);
    throw known
      ? new PlimsollError('wrong-kind', `${folder} is not a folder of recordings`, { cause })
      : new PlimsollError('missing-file', `${folder} does not exist`, { cause });
  }
}

async function readRecording(folder: string): Promise<RecordingAt> {
  const path = join(folder, 'recording.json');
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new PlimsollError('unreadable-file', `${path} is not readable JSON`, { cause });
  }
  const parsed = Recording.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PlimsollError(
      'wrong-kind',
      `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a recording'}`,
    );
  }
  return { folder, recording: parsed.data };
}
