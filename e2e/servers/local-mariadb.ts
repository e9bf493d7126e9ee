import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.js';
import { runProgram } from './programs.js';
import { ServerProcess } from './server-process.js';

export interface LocalMariadb {
  readonly port: number;
  readonly pid: number;
  /** Where the server keeps its data and the logs that its settings name. */
  readonly directory: string;
  /** Runs statements as root and returns what the client prints. */
  execute(sql: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts MariaDB on a free port of loopback with data of its own. `settings` are the server's, `--name=value`. */
export async function startLocalMariadb(settings: readonly string[] = []): Promise<LocalMariadb> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-mariadb-'));
  const data = join(directory, 'data');
  const socket = join(directory, 'socket');
  await runProgram('mariadb-install-db', [
    '--no-defaults',
    '--user=root',
    `--datadir=${data}`,
    '--skip-test-db',
    '--auth-root-authentication-method=normal',
  ]);
  const port = await freePort();
  const args = [
    '--no-defaults',
    '--user=root',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=32M',
    ...settings,
  ];
  const node = new ServerProcess({ command: 'mariadbd', args, port, startTimeoutMs: 60_000, directory });
  await node.start();
  return {
    port,
    pid: node.pid ?? 0,
    directory,
    execute: (sql) => runProgram('mariadb', ['--no-defaults', '-u', 'root', '-S', socket, '-e', sql]),
    close: async () => {
      await node.stop(20_000);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
