import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';

const LOG_TAIL = 4_000;

/** A server that this process started: stopped, killed and paused by its own id. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly options: {
      readonly command: string;
      readonly args: readonly string[];
      readonly port: number;
      readonly startTimeoutMs: number;
      readonly directory: string;
    },
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get port(): number {
    return this.options.port;
  }

  /** Starts the server and resolves once it takes connections. */
  async start(): Promise<void> {
    const { command, args, port, startTimeoutMs, directory } = this.options;
    if (this.child !== undefined) return;
    const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString('utf8')).slice(-LOG_TAIL);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => {
      this.output += error.message;
    });
    child.once('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    process.once('exit', this.killAtExit);
    const endMs = Date.now() + startTimeoutMs;
    while (!(await listens(port))) {
      const ended = this.child !== child;
      if (ended || Date.now() > endMs) {
        await this.kill();
        throw new Error(`${command} ${ended ? 'ended' : 'does not answer'}:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Asks the server to end and waits for it; kills it where it does not. */
  async stop(timeoutMs = 20_000): Promise<void> {
    await this.end('SIGTERM', timeoutMs);
  }

  /** Ends the server as a crash does. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', 20_000);
  }

  /** Freezes the server: connections stay open and nothing answers. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  private readonly killAtExit = (): void => {
    this.child?.kill('SIGKILL');
  };

  private async end(signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
    const { child } = this;
    process.off('exit', this.killAtExit);
    if (child === undefined) return;
    await new Promise<void>((resolve) => {
      const insist = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      child.once('exit', () => {
        clearTimeout(insist);
        resolve();
      });
      child.kill(signal);
    });
    this.child = undefined;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
    socket.setTimeout(1_000, answer(false));
  });
}
