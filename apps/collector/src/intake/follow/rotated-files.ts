import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { identityOf, type FileIdentity } from './tail-position.js';

const LIST_PASSES = 3;

/** A file, with when it was begun: nanoseconds of the file system's clock. */
export interface Begun extends FileIdentity {
  readonly begun: bigint;
}

/**
 * When a file was made. Its last change would not do, since a rotated file's writer goes on for a moment; it stands in
 * on file systems that keep no time of making.
 */
export function begunOf(stats: BigIntStats): Begun {
  return { ...identityOf(stats), begun: stats.birthtimeNs || stats.mtimeNs };
}

/** The rotated files beside a path, uncompressed. Where one gets another name meanwhile, they are listed again. */
export async function rotatedFiles(path: string): Promise<(Begun & { readonly path: string })[]> {
  for (let pass = 1; ; pass++) {
    const paths = (await siblings(path)).filter((sibling) => !sibling.endsWith('.gz'));
    const found = await Promise.all(paths.map((sibling) => stat(sibling, { bigint: true }).catch(() => undefined)));
    if (pass < LIST_PASSES && found.includes(undefined)) continue;
    return found.flatMap((stats, i) => (stats ? [{ path: paths[i]!, ...begunOf(stats) }] : []));
  }
}

/**
 * Files that a rotation may have made of the path: `access.log.1`, `access.log-20261123`, `access-2026….log`. Another log
 * of the folder (`access-ssl.log`) is none of them.
 */
export async function siblings(path: string): Promise<string[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const stem = name.replace(/\.[^.]*$/, '');
  const names = await readdir(folder).catch(() => []);
  return names.filter((other) => isRotated(other, name, stem)).map((other) => join(folder, other));
}

function isRotated(other: string, name: string, stem: string): boolean {
  if (other === name) return false;
  if (other.startsWith(name)) return /^[-._]/.test(other.slice(name.length));
  return other.startsWith(stem) && /^[-._]\d/.test(other.slice(stem.length));
}
