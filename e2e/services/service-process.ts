import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { ROOT } from '../root.js';
import { freePort } from '../servers/index.js';

/** How a service ended, and what it said. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** One service as its own process, as it stands after `npm run build`. */
export class ServiceProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<Ending>;
  readonly #address: string;
  #output = '';

  private constructor(app: string, port: number, environment: Readonly<Record<string, string>>) {
    this.#address = `http://127.0.0.1:${port}`;
    this.#process = spawn(process.execPath, [join(ROOT, `apps/${app}/dist/main.js`)], {
      env: { PATH: process.env['PATH'], HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-65_536);
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
    this.#ended = once(this.#process, 'close').then(([code]) => ({
      code: code as number | null,
      output: this.#output,
    }));
  }

  /** `port` 0 takes a free one. */
  static async start(app: string, environment: Readonly<Record<string, string>>, port = 0): Promise<ServiceProcess> {
    return new ServiceProcess(app, port === 0 ? await freePort() : port, environment);
  }

  /** Where it serves HTTP. */
  get address(): string {
    return this.#address;
  }

  /** What `path` answers to the holder of `token`, or to nobody in particular; status 0 where nothing listens yet. */
  async get(path: string, token?: string): Promise<{ readonly status: number; readonly body: string }> {
    try {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(this.#address + path, { headers, signal: AbortSignal.timeout(5_000) });
      return { status: response.status, body: await response.text() };
    } catch {
      return { status: 0, body: '' };
    }
  }

  /** Resolves once readiness answers with `status`. Throws with the service's output where it does not in time. */
  async readiness(status: 200 | 503, withinMs = 60_000): Promise<string> {
    const endMs = Date.now() + withinMs;
    for (;;) {
      const answer = await this.get('/health/ready');
      if (answer.status === status) return answer.body;
      if (Date.now() > endMs || this.#process.exitCode !== null) {
        throw new Error(`readiness answers ${answer.status} ${answer.body}\n${this.#output}`);
      }
      await wait(50);
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What the service has said so far, its last 64 KiB. */
  get output(): string {
    return this.#output;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Ends the service with `SIGTERM`, as an orchestrator does. */
  stop(): Promise<Ending> {
    this.#process.kill('SIGTERM');
    return this.#ended;
  }

  ended(): Promise<Ending> {
    return this.#ended;
  }
}
