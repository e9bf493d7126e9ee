import { PlimsollError } from '@plimsoll/contracts';
import type { Logger } from 'pino';

/** How long the process may linger once everything has stopped, should a library still hold a timer or a socket. */
const LINGER_MS = 1_000;

/**
 * Ends the process in good order, once, whatever asks for it first: SIGTERM, SIGINT, a failed start, an error that
 * nothing caught. `stop` answers whether everything stopped cleanly; nothing to stop is clean.
 */
export class Termination {
  readonly #log: Logger;
  readonly #stop: () => Promise<boolean> | undefined;
  #ending = false;

  constructor(log: Logger, stop: () => Promise<boolean> | undefined) {
    this.#log = log;
    this.#stop = stop;
    process.on('SIGTERM', this.#onSignal);
    process.on('SIGINT', this.#onSignal);
    process.on('uncaughtException', (error) => {
      this.after(error);
    });
  }

  /** Ends the process because of `error`: exit code 1, unless it only says that a signal interrupted the start. */
  after(error: unknown): void {
    if (this.#ending && error instanceof PlimsollError && error.code === 'stopped') return;
    this.#log.fatal({ err: error }, error instanceof Error ? error.message : 'failed');
    void this.#end(1);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#ending) {
      this.#log.warn({ signal }, 'signalled again: ending at once');
      process.exit(1);
    }
    this.#log.info({ signal }, 'stopping');
    void this.#end(0);
  };

  async #end(code: 0 | 1): Promise<void> {
    if (code === 1) process.exitCode = 1;
    if (this.#ending) return;
    this.#ending = true;
    const clean = (await this.#stop()) ?? true;
    process.exitCode = code === 0 && clean && process.exitCode !== 1 ? 0 : 1;
    this.#log.info({ exitCode: process.exitCode }, 'stopped');
    setTimeout(() => {
      process.exit();
    }, LINGER_MS).unref();
  }
}
