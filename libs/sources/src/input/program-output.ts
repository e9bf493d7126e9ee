import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { PlimsollError } from '@plimsoll/contracts';

const MAX_REMARKS = 2_048;

/**
 * What a program writes to its standard output, as it comes; the program waits while its reader does. It is ended when
 * `signal` aborts or the reader leaves. Throws `unavailable` where it cannot be started or fails, with its last words.
 */
export async function* programOutput(command: readonly string[], signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let remarks = '';
  child.stderr.on('data', (chunk: Buffer) => {
    remarks = (remarks + chunk.toString('latin1')).slice(-MAX_REMARKS);
  });
  const ended = once(child, 'close').then(
    ([code]) => code as number | null,
    () => 'not started' as const,
  );
  const end = (): void => {
    child.kill('SIGTERM');
  };
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const code = await ended;
    if (code === 'not started')
      throw new PlimsollError('unavailable', `${program} cannot be started; is it installed?`);
    if (code !== 0 && signal?.aborted !== true) {
      const reason = remarks.trim().split('\n').at(-1)?.slice(0, 256) ?? '';
      throw new PlimsollError(
        'unavailable',
        `${program} failed: ${reason === '' ? `exit code ${String(code)}` : reason}`,
      );
    }
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}
