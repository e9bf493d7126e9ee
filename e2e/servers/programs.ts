import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Whether the program is on the path. */
export async function hasProgram(name: string, path: string = process.env['PATH'] ?? ''): Promise<boolean> {
  for (const folder of path.split(delimiter).filter((part) => part !== '')) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

/** Runs a program to its end and returns what it printed; rejects where it fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly directory?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  const { directory, timeoutMs = 120_000 } = options;
  const { stdout } = await execute(command, [...args], {
    timeout: timeoutMs,
    maxBuffer: 16_777_216,
    ...(directory === undefined ? {} : { cwd: directory }),
  });
  return stdout;
}
