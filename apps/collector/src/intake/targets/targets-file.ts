import { readFile } from 'node:fs/promises';

import { PlimsollError } from '@plimsoll/contracts';

import { pause } from '../pause.js';
import { parseTargets, type Targets } from './targets.js';

export interface WatchOptions {
  /** How often the file is looked at. Default 1,000 ms. */
  readonly pollMs?: number;
  readonly signal: AbortSignal;
  /** Told of a file that cannot be used, once for each content; what was read before is still used. */
  readonly onInvalid?: (error: PlimsollError) => void;
  /** Told when the file is as it can be used again. */
  readonly onValid?: () => void;
}

/**
 * The content of a targets file, now and after each change, until `signal` aborts. It is looked at instead of watched:
 * a ConfigMap's file is a chain of links that are swapped, which notifications follow badly. Throws where the first
 * content cannot be used.
 */
export async function* watchTargets(path: string, options: WatchOptions): AsyncGenerator<Targets> {
  const { pollMs = 1_000, signal, onInvalid, onValid } = options;
  let text = await contentOf(path);
  yield parseTargets(text, path);
  while (await pause(pollMs, signal)) {
    try {
      const now = await contentOf(path);
      if (now === text) continue;
      text = now;
      const targets = parseTargets(text, path);
      onValid?.();
      yield targets;
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      // A file that was away is looked at anew when it is there again.
      if (error.code === 'missing-file') text = '';
      onInvalid?.(error);
    }
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PlimsollError('missing-file', `${path}: the targets cannot be read`, { cause });
  }
}
