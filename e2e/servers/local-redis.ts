import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.js';
import { runProgram } from './programs.js';
import { ServerProcess } from './server-process.js';

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly node: ServerProcess;
  /** Runs one command by redis-cli and returns what it prints. */
  command(...args: readonly string[]): Promise<string>;
  /** Stops the server and removes its data. */
  close(): Promise<void>;
}

export interface LocalRedisOptions {
  /** Every write is on disk before it is answered. */
  readonly appendOnly?: boolean;
  readonly replicaOf?: { readonly port: number };
  readonly password?: string;
  /** Further settings, as `redis-server --name value`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts redis-server on a free port of loopback. */
export async function startLocalRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-redis-'));
  const port = await freePort();
  const { appendOnly = false, replicaOf, password } = options;
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    appendfsync: 'always',
    'repl-diskless-sync-delay': '0',
    ...(replicaOf === undefined ? {} : { replicaof: `127.0.0.1 ${replicaOf.port}` }),
    ...(password === undefined ? {} : { requirepass: password, masterauth: password }),
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [
    `--${name}`,
    ...(value === '' ? [''] : value.split(' ')),
  ]);
  const node = new ServerProcess({ command: 'redis-server', args, port, startTimeoutMs: 20_000, directory });
  await node.start();
  const login = password === undefined ? [] : ['-a', password, '--no-auth-warning'];
  return {
    url: password === undefined ? `redis://127.0.0.1:${port}` : `redis://:${password}@127.0.0.1:${port}`,
    port,
    node,
    command: async (...words) => (await runProgram('redis-cli', ['-p', String(port), ...login, ...words])).trim(),
    close: async () => {
      await node.stop(5_000);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface LocalRedisCluster {
  /** `redis+cluster://host:port,…` */
  readonly url: string;
  readonly nodes: readonly LocalRedis[];
  close(): Promise<void>;
}

/** Starts a Redis Cluster of `masters` masters, each with `replicas` replicas. */
export async function startLocalRedisCluster(masters = 3, replicas = 0): Promise<LocalRedisCluster> {
  const nodes: LocalRedis[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  try {
    for (let i = 0; i < masters * (1 + replicas); i += 1) {
      nodes.push(
        await startLocalRedis({
          settings: {
            'cluster-enabled': 'yes',
            'cluster-node-timeout': '2000',
            'cluster-port': String(await freePort()),
          },
        }),
      );
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes'];
    await runProgram('redis-cli', create);
    for (const node of nodes) {
      while (!(await node.command('cluster', 'info')).includes('cluster_state:ok')) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    return { url: `redis+cluster://${addresses.join(',')}`, nodes, close };
  } catch (error) {
    await close();
    throw error;
  }
}
