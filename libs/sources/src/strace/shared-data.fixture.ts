import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Recordings that come with the repository. */
export const RECORDINGS = join(ROOT, 'recordings', 'employee');

/** Data that may not be bundled, beside the checkout or where the environment says; undefined where it is not there. */
export function sharedData(folder: string): string | undefined {
  const path = join(process.env['PLIMSOLL_SHARED_DATA'] ?? join(ROOT, '..', 'shared', 'data'), folder);
  return existsSync(path) ? path : undefined;
}
