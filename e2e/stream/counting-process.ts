import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { CountingSettings } from './counting-service.js';

const SERVICE = fileURLToPath(new URL('../dist/stream/counting-service.js', import.meta.url));

/** One counting service as a process of its own. */
export class CountingProcess {
  /** How often each kind of event was reported. */
  readonly events = new Map<string, number>();
  /** Errors of retries and failures, for the person who reads a failed test. */
  readonly errors = new Set<string>();
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;

  constructor(settings: CountingSettings) {
    const child = spawn(process.execPath, [SERVICE, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    this.exited = new Promise((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { type, error } = JSON.parse(line) as { type: string; error?: string };
      this.events.set(type, (this.events.get(type) ?? 0) + 1);
      if (error !== undefined && this.errors.size < 50) this.errors.add(`${type}: ${error}`);
    });
  }

  count(type: string): number {
    return this.events.get(type) ?? 0;
  }

  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
    await this.exited;
    clearTimeout(insist);
  }
}
