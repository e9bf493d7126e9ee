import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file in one step: a reader, or a start after a crash, finds the old content or the new, never a part.
 * With `sync` it also survives a power failure.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  { sync }: { readonly sync: boolean },
): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(content);
    if (sync) await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  if (!sync) return;
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
