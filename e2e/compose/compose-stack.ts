import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { stringify } from 'yaml';

import { SERVICES } from '../chaos/stack.js';
import { freePort } from '../servers/index.js';

export interface ComposeOptions {
  /** A clone of the repository: its compose file and what the images are built from. */
  readonly folder: string;
  /** Compose's name for the containers and volumes, so that a stack of the same machine is left alone. */
  readonly project: string;
  /** Compose files beside `docker-compose.yml`, from the folder. */
  readonly files?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly tell: (message: string) => void;
}

/** The stack of `docker-compose.yml` on ports of this machine that were free. */
export class ComposeStack {
  private constructor(
    private readonly options: ComposeOptions,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly override: readonly string[],
  ) {}

  static async of(options: ComposeOptions): Promise<ComposeStack> {
    const ports: Record<string, string> = {};
    for (const name of ['KAFKA_PORT', 'COLLECTOR_PORT', 'INTAKE_PORT', 'API_PORT']) {
      ports[name] = String(await freePort());
    }
    return new ComposeStack(options, { ...ports, ...options.environment }, await buildNetwork());
  }

  /** The same containers and volumes by another clone's files: what an upgrade in place is. */
  from(folder: string): ComposeStack {
    return new ComposeStack({ ...this.options, folder }, this.environment, this.override);
  }

  get brokers(): string {
    return `localhost:${this.environment['KAFKA_PORT']!}`;
  }

  address(port: 'COLLECTOR_PORT' | 'INTAKE_PORT' | 'API_PORT'): string {
    return `http://127.0.0.1:${this.environment[port]!}`;
  }

  /** Runs `docker compose` with the words; resolves with what it printed on standard output, rejects where it fails. */
  async compose(...words: readonly string[]): Promise<string> {
    const { folder, project, files = [], tell } = this.options;
    const named = ['docker-compose.yml', ...files, ...this.override].flatMap((file) => ['--file', file]);
    // A password for redis-cli is said to nobody.
    const said = `docker compose ${words.map((word, i) => (words[i - 1] === '-a' ? '…' : word)).join(' ')}`;
    const beganMs = Date.now();
    const { code, output, errors } = await runProgramIn(
      folder,
      ['docker', 'compose', '--project-name', project, ...named, ...words],
      this.environment,
    );
    tell(`${said}: ${((Date.now() - beganMs) / 1_000).toFixed(1)} s`);
    if (code !== 0) throw new Error(`${said} ended with ${code}:\n${errors.slice(-4_000)}`);
    return output;
  }

  /** The `plimsoll` command inside the stack. */
  plimsoll(volumes: readonly string[], ...words: readonly string[]): Promise<string> {
    const mounted = volumes.flatMap((volume) => ['--volume', volume]);
    return this.compose('run', '--rm', '-T', ...mounted, 'plimsoll', ...words);
  }

  /** Asks the alert service; throws where it refuses. */
  async ask(path: string, token: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.address('API_PORT')}/api/v1/${path}`, {
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }
}

/** Runs a program in a folder, with variables beside the process's own; never rejects for how it ended. */
export function runProgramIn(
  folder: string,
  [command, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject).on('close', (code) => {
      resolve({ code: code ?? -1, output, errors });
    });
  });
}

/** Where npm's registry is only reached from the host's network: `PLIMSOLL_BUILD_NETWORK=host`, as for a release. */
async function buildNetwork(): Promise<string[]> {
  const network = process.env['PLIMSOLL_BUILD_NETWORK'];
  if (network === undefined) return [];
  const file = join(await mkdtemp(join(tmpdir(), 'plimsoll-compose-')), 'build-network.yml');
  const services = ['topics', ...SERVICES, 'plimsoll'].map((name) => [name, { build: { network } }] as const);
  await writeFile(file, stringify({ services: Object.fromEntries(services) }));
  return [file];
}
