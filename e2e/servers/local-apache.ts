import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';

export interface LocalApache {
  readonly port: number;
  readonly pid: number;
  close(): Promise<void>;
}

export interface LocalApacheOptions {
  /** `prefork`: processes that run PHP; `event`: threads that serve files. */
  readonly model: 'prefork' | 'event';
  /** Name and content of each file that is served. */
  readonly files: Readonly<Record<string, string>>;
  /** Processes, or threads of two processes. */
  readonly workers: number;
}

const MODULES = '/usr/lib/apache2/modules';

/** Starts Debian's Apache on a free port of loopback, with PHP where processes serve. */
export async function startLocalApache({ model, files, workers }: LocalApacheOptions): Promise<LocalApache> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-apache-'));
  await chmod(directory, 0o755);
  const root = join(directory, 'www');
  await mkdir(root);
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
  const port = await freePort();
  const modules = [`mpm_${model}`, 'authz_core', 'mime', 'dir'].map((name) => [name, `mod_${name}.so`]);
  if (model === 'prefork') modules.push(['php', await phpModule()]);
  const size =
    model === 'prefork'
      ? [`StartServers ${workers}`, `MaxRequestWorkers ${workers}`]
      : ['StartServers 2', 'ServerLimit 2', `ThreadsPerChild ${workers}`, `MaxRequestWorkers ${2 * workers}`];
  const lines = [
    `ServerRoot "${directory}"`,
    'ServerName 127.0.0.1',
    `Listen 127.0.0.1:${port}`,
    `PidFile "${directory}/pid"`,
    `Mutex file:${directory} default`,
    `ErrorLog "${directory}/error"`,
    'User www-data',
    'Group www-data',
    ...modules.map(([name, file]) => `LoadModule ${name}_module ${MODULES}/${file}`),
    'TypesConfig /etc/mime.types',
    ...size,
    'MaxKeepAliveRequests 0',
    // A collector takes longer to start on a busy machine than Apache keeps a connection by default.
    'KeepAliveTimeout 120',
    `DocumentRoot "${root}"`,
    `<Directory "${root}">`,
    '  Require all granted',
    '</Directory>',
    ...(model === 'prefork' ? ['<FilesMatch "\\.php$">', 'SetHandler application/x-httpd-php', '</FilesMatch>'] : []),
  ];
  const configuration = join(directory, 'apache.conf');
  await writeFile(configuration, `${lines.join('\n')}\n`);
  // Apache ends with all of its process group, so it needs one of its own.
  const args = ['-f', configuration, '-D', 'NO_DETACH'];
  const node = new ServerProcess({ command: 'apache2', args, port, startTimeoutMs: 30_000, directory });
  await node.start();
  return {
    port,
    pid: node.pid ?? 0,
    close: async () => {
      await node.stop(10_000);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The file of Apache's module for PHP. */
export async function phpModule(): Promise<string> {
  const name = (await readdir(MODULES)).find((file) => /^libphp[\d.]+\.so$/.test(file));
  if (name === undefined) throw new Error(`Apache has no PHP in ${MODULES}`);
  return name;
}
