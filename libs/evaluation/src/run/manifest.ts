import { execFile } from 'node:child_process';
import { arch, cpus, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { promisify } from 'node:util';

import type { EpisodeContents } from './episode-contents.js';

/** What a run was made with: enough to repeat it, and to say what differs from another. */
export interface RunManifest {
  readonly schema: 1;
  /** Of the source tree; none where it is not under git. `dirty` where files differ from it. */
  readonly commit: string | undefined;
  readonly dirty: boolean;
  readonly node: string;
  readonly machine: {
    readonly system: string;
    readonly architecture: string;
    readonly processors: string;
    readonly memoryBytes: number;
  };
  readonly seed: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** SHA-256 of each source, unpacked, by `application/episode/path`. */
  readonly data: Readonly<Record<string, string>>;
  /**
   * SHA-256 of the plan that was recorded, by `application/episode`, where there is one: recordings of one plan hold the
   * same requests at other times.
   */
  readonly plans: Readonly<Record<string, string>>;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));

export async function runManifest(
  seed: number,
  settings: Readonly<Record<string, unknown>>,
  contents: readonly EpisodeContents[],
): Promise<RunManifest> {
  const commit = await git('rev-parse', 'HEAD');
  const [processor] = cpus();
  return {
    schema: 1,
    commit,
    dirty: commit !== undefined && (await git('status', '--porcelain', '--untracked-files=no')) !== '',
    node: process.version,
    machine: {
      system: `${type()} ${release()}`,
      architecture: arch(),
      processors: `${cpus().length} × ${processor?.model ?? 'unknown'}`,
      memoryBytes: totalmem(),
    },
    seed,
    settings,
    data: Object.fromEntries(
      contents.flatMap(({ application, episode, sources }) =>
        sources.map(({ path, sha256 }) => [`${application}/${episode}/${path}`, sha256]),
      ),
    ),
    plans: Object.fromEntries(
      contents.flatMap(({ application, episode, plan }) =>
        plan === undefined ? [] : [[`${application}/${episode}`, plan] as const],
      ),
    ),
  };
}

async function git(...words: string[]): Promise<string | undefined> {
  return promisify(execFile)('git', ['-C', HERE, ...words]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
