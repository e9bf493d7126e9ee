import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import type { RecordingAt } from '@plimsoll/local-run';
import { gunzip } from '@plimsoll/sources';

/** One episode's sources by what they hold. */
export interface EpisodeContents {
  readonly episode: string;
  readonly application: string;
  readonly attacks: number;
  readonly sources: readonly { readonly path: string; readonly sha256: string }[];
  /** SHA-256 of the plan that was recorded, where there is one. */
  readonly plan?: string;
  /** A sample of the lines, chosen by their hash alone, so that two copies of one piece choose the same. */
  readonly sample: ReadonlySet<string>;
}

/** One line in this many is in the sample. */
const SAMPLED = 32;
const DIGEST_CHARACTERS = 12;

/** Reads and hashes every source of the recordings, unpacked where it is gzip, as far as it goes. State: some 0.4 byte a line. */
export async function episodeContents(recordings: readonly RecordingAt[]): Promise<EpisodeContents[]> {
  const all: EpisodeContents[] = [];
  for (const { folder, recording } of recordings) {
    const sample = new Set<string>();
    const sources: { path: string; sha256: string }[] = [];
    for (const { path } of recording.sources) {
      for (const file of await filesAt(join(folder, path))) {
        sources.push({ path: file.slice(folder.length + 1), sha256: await hashed(file, sample) });
      }
    }
    const { application, episode, attacks, plan } = recording;
    const planned = plan === undefined ? {} : { plan: sha256(await readFile(join(folder, plan))) };
    all.push({ application, episode, attacks: attacks.length, sources, ...planned, sample });
  }
  return all;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  return (await Promise.all(names.sort().map((name) => filesAt(join(path, name))))).flat();
}

async function hashed(file: string, sample: Set<string>): Promise<string> {
  const whole = createHash('sha256');
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? Readable.from(gunzip(bytes, file, { truncated: false })) : bytes;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    whole.update(line).update('\n');
    const digest = createHash('sha1').update(line).digest('hex');
    if (parseInt(digest.slice(-4), 16) % SAMPLED === 0) sample.add(digest.slice(0, DIGEST_CHARACTERS));
  }
  return whole.digest('hex');
}
