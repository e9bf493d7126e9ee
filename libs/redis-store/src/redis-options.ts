import { PlimsollError } from '@plimsoll/contracts';

/** TLS towards a server; PEM texts, read from files or the environment by the caller. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

export interface RedisOptions {
  /** `single`: one server. `cluster`: some nodes of a Redis Cluster. `sentinel`: Sentinels that know the master's name. */
  readonly mode: 'single' | 'cluster' | 'sentinel';
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** The name Sentinels know the master by. */
  readonly masterName?: string;
  /** Number of the database; a cluster has 0 alone. */
  readonly database?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: RedisTls;
  /** What every key begins with. Default `plimsoll`. */
  readonly keyPrefix?: string;
  /** How long an answer may take before it counts as lost. Default 10 s. */
  readonly commandTimeoutMs?: number;
}

const MODES: Readonly<Record<string, readonly [RedisOptions['mode'], boolean]>> = {
  'redis:': ['single', false],
  'rediss:': ['single', true],
  'redis+cluster:': ['cluster', false],
  'rediss+cluster:': ['cluster', true],
  'redis+sentinel:': ['sentinel', false],
  'rediss+sentinel:': ['sentinel', true],
};
const DEFAULT_PORT = 6379;

/**
 * Options from one address: `redis://user:password@host:6379/0`, `rediss://…` for TLS, `redis+cluster://host:port,host:port`,
 * `redis+sentinel://host:port,host:port/master-name`. Throws `bad-configuration`, without repeating what may be a password.
 */
export function parseRedisUrl(url: string): RedisOptions {
  const [, scheme = '', , credentials, hosts = '', path = ''] =
    /^([a-z+]+:)\/\/((.*)@)?([^/@]*)\/?([^/]*)$/.exec(url) ?? [];
  const known = MODES[scheme];
  const nodes = hosts.split(',').map(nodeOf);
  if (known === undefined || hosts === '' || nodes.some((node) => node === undefined)) {
    throw new PlimsollError(
      'bad-configuration',
      'Redis address: expected redis://host:port, rediss://, redis+cluster:// or redis+sentinel://',
    );
  }
  const [mode, tls] = known;
  const [username = '', ...rest] = (credentials ?? '').split(':');
  const password = rest.join(':');
  if (mode === 'sentinel' && path === '') {
    throw new PlimsollError(
      'bad-configuration',
      'Redis address: redis+sentinel:// needs the name of the master after the hosts',
    );
  }
  if (mode === 'single' && !/^\d*$/.test(path)) {
    throw new PlimsollError('bad-configuration', 'Redis address: the database after the host is a number');
  }
  return {
    mode,
    nodes: nodes.filter((node) => node !== undefined),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(tls ? { tls: {} } : {}),
    ...(mode === 'sentinel' ? { masterName: path } : {}),
    ...(mode === 'single' && path !== '' ? { database: Number(path) } : {}),
  };
}

function nodeOf(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? undefined : { host, port: port === undefined ? DEFAULT_PORT : Number(port) };
}
