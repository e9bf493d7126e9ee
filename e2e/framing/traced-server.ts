import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../root.js';
import { freePort, ServerProcess } from '../servers/index.js';
import { phpModule } from '../servers/local-apache.js';
import { tomcatJars } from './tomcat-jars.js';

export const FRAMING_SERVERS = ['apache', 'nginx', 'node', 'python', 'tomcat'] as const;
export type FramingServer = (typeof FRAMING_SERVERS)[number];

/** A server that answers which parameters it saw, with what strace tells of it. */
export interface TracedServer {
  readonly port: number;
  /** Where it answers. */
  readonly path: string;
  /** Ends the server; what strace told. */
  close(): Promise<Buffer>;
}

interface Program {
  readonly command: readonly string[];
  readonly path: string;
  /** What must run beside it, untraced. */
  readonly behind?: ServerProcess;
}

const ECHO = join(ROOT, 'e2e/framing/echo');
const START_MS = 90_000;
const APACHE_MODULES = '/usr/lib/apache2/modules';

/** Starts the server under strace with the collector's settings: 2,048 bytes of each buffer. */
export async function startTraced(name: FramingServer): Promise<TracedServer> {
  const directory = await mkdtemp(join(tmpdir(), `plimsoll-framing-${name}-`));
  const port = await freePort();
  const { command, path, behind } = await PROGRAMS[name](directory, port);
  await behind?.start();
  const trace = join(directory, 'trace');
  const args = ['-f', '-q', '-ttt', '-T', '-s', '2048', '-o', trace, '-I', '2', '--', ...command];
  const server = new ServerProcess({ command: 'strace', args, port, startTimeoutMs: START_MS, directory });
  await server.start();
  return {
    port,
    path,
    close: async () => {
      await server.stop(20_000);
      await behind?.stop();
      const told = await readFile(trace);
      await rm(directory, { recursive: true, force: true });
      return told;
    },
  };
}

const PROGRAMS: Readonly<Record<FramingServer, (directory: string, port: number) => Promise<Program>>> = {
  apache: async (directory, port) => {
    await mkdir(join(directory, 'www'));
    await writeFile(join(directory, 'www/echo.php'), await readFile(join(ECHO, 'echo.php')));
    const modules = ['mpm_prefork', 'authz_core', 'mime'].map((each) => [each, `mod_${each}.so`]);
    const lines = [
      `ServerRoot "${directory}"`,
      'ServerName 127.0.0.1',
      `Listen 127.0.0.1:${port}`,
      `PidFile "${directory}/pid"`,
      `Mutex file:${directory} default`,
      `ErrorLog "${directory}/error"`,
      ...[...modules, ['php', await phpModule()]].map(
        ([each, file]) => `LoadModule ${each}_module ${APACHE_MODULES}/${file}`,
      ),
      'TypesConfig /etc/mime.types',
      'User www-data',
      'Group www-data',
      // One that waits for the rest of an odd body, or lingers after refusing one, is busy for seconds.
      'Timeout 3',
      'StartServers 32',
      'MaxRequestWorkers 32',
      `DocumentRoot "${directory}/www"`,
      `<Directory "${directory}/www">`,
      'Require all granted',
      'SetHandler application/x-httpd-php',
      '</Directory>',
    ];
    await writeFile(join(directory, 'apache.conf'), `${lines.join('\n')}\n`);
    // Apache's processes are of a user of their own.
    await chmod(directory, 0o755);
    return {
      command: ['setsid', '-w', 'apache2', '-f', join(directory, 'apache.conf'), '-D', 'NO_DETACH'],
      path: '/echo.php',
    };
  },
  nginx: async (directory, port) => {
    const inner = await freePort();
    const behind = new ServerProcess({
      command: 'node',
      args: [join(ECHO, 'echo-node.mjs'), String(inner)],
      port: inner,
      startTimeoutMs: START_MS,
      directory,
    });
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (each) => `${each}_temp_path ${directory}/${each};`,
    );
    const lines = [
      'daemon off; worker_processes 1; user root;',
      `pid ${directory}/pid; error_log ${directory}/error;`,
      'events { worker_connections 256; }',
      `http { access_log off; ${temporary.join(' ')} underscores_in_headers on;`,
      `server { listen 127.0.0.1:${port}; client_max_body_size 4m;`,
      `location / { proxy_pass http://127.0.0.1:${inner}; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`,
    ];
    await writeFile(join(directory, 'nginx.conf'), `${lines.join('\n')}\n`);
    return { command: ['nginx', '-p', directory, '-c', join(directory, 'nginx.conf')], path: '/echo', behind };
  },
  node: (_, port) => Promise.resolve({ command: ['node', join(ECHO, 'echo-node.mjs'), String(port)], path: '/echo' }),
  python: (directory, port) =>
    Promise.resolve({
      command: [
        ...['/usr/bin/python3', '-m', 'gunicorn', '--chdir', ECHO, '-k', 'gthread', '--threads', '4'],
        ...['--worker-tmp-dir', directory, '-b', `127.0.0.1:${port}`, 'echo:application'],
      ],
      path: '/echo',
    }),
  tomcat: async (directory, port) => {
    const pages = join(directory, 'webapps/ROOT');
    await mkdir(join(pages, 'WEB-INF'), { recursive: true });
    await mkdir(join(directory, 'conf'));
    await mkdir(join(directory, 'temp'));
    await writeFile(join(pages, 'echo.jsp'), await readFile(join(ECHO, 'echo.jsp')));
    await writeFile(join(pages, 'WEB-INF/web.xml'), WEB_XML);
    await writeFile(
      join(directory, 'conf/server.xml'),
      `<Server port="-1"><Service name="Catalina"><Connector port="${port}" address="127.0.0.1" parseBodyMethods="POST,PUT"/>
       <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine></Service></Server>`,
    );
    const folder = `-Dcatalina.home=${directory}`;
    const jars = join(await tomcatJars(), 'lib/*');
    const main = 'org.apache.catalina.startup.Bootstrap';
    const temporary = `-Djava.io.tmpdir=${directory}/temp`;
    return { command: ['java', '-Xmx256m', folder, temporary, '-cp', jars, main, 'start'], path: '/echo' };
  },
};

const WEB_XML = `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
<servlet><servlet-name>echo</servlet-name><jsp-file>/echo.jsp</jsp-file><multipart-config/></servlet>
<servlet><servlet-name>jsp</servlet-name><servlet-class>org.apache.jasper.servlet.JspServlet</servlet-class></servlet>
<servlet-mapping><servlet-name>jsp</servlet-name><url-pattern>*.jsp</url-pattern></servlet-mapping>
<servlet-mapping><servlet-name>echo</servlet-name><url-pattern>/echo</url-pattern></servlet-mapping></web-app>`;
