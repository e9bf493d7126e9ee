import { z } from 'zod';

import { flag, section } from './settings.js';

/** How a service reaches Redis: one server, or some nodes of a cluster. */
export interface RedisConnection {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly cluster: boolean;
  /** Number of the database; 0 in a cluster. */
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: RedisTls | undefined;
}

/** Certificates as PEM text; without `ca` the system's authorities are trusted. */
export interface RedisTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const FORM =
  'must be redis://host:port or rediss://host:port, with /database behind it, separated by commas in a cluster';

const urls = z.string({ error: 'is missing; give redis://host:port' }).transform((text, context) => {
  const parsed = text.split(',').map((one) => redisUrl(one.trim()));
  if (parsed.length > 64 || parsed.includes(undefined)) {
    context.addIssue({ code: 'custom', message: FORM });
    return z.NEVER;
  }
  return parsed.filter((one) => one !== undefined);
});

function redisUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const sound = /^rediss?:$/.test(url.protocol) && url.hostname !== '' && /^(\/\d{0,4})?$/.test(url.pathname);
  return sound && !MALFORMED_ESCAPE.test(url.username + url.password) ? url : undefined;
}

const MALFORMED_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

export const redisSettings = section(
  {
    REDIS_URL: urls,
    REDIS_USERNAME: z.string().max(1024).optional(),
    REDIS_PASSWORD: z.string().max(1024).optional(),
    REDIS_CLUSTER: flag.optional(),
    REDIS_TLS: flag.optional(),
    REDIS_TLS_CA: z.string().optional(),
    REDIS_TLS_CERT: z.string().optional(),
    REDIS_TLS_KEY: z.string().optional(),
  },
  (given): RedisConnection => {
    const [first] = given.REDIS_URL;
    const secure = given.REDIS_TLS ?? first?.protocol === 'rediss:';
    return {
      nodes: given.REDIS_URL.map((url) => ({ host: hostOf(url), port: Number(url.port || 6379) })),
      cluster: given.REDIS_CLUSTER ?? false,
      database: Number(first?.pathname.slice(1) ?? 0),
      username: given.REDIS_USERNAME ?? decoded(first?.username),
      password: given.REDIS_PASSWORD ?? decoded(first?.password),
      tls: secure ? { ca: given.REDIS_TLS_CA, cert: given.REDIS_TLS_CERT, key: given.REDIS_TLS_KEY } : undefined,
    };
  },
  [
    {
      path: 'REDIS_TLS_CERT',
      message: 'certificate and key of a client go together',
      holds: (given) => given.has('REDIS_TLS_CERT') === given.has('REDIS_TLS_KEY'),
    },
    {
      path: 'REDIS_USERNAME',
      message: 'a user name without REDIS_PASSWORD',
      holds: (given) => !given.has('REDIS_USERNAME') || given.has('REDIS_PASSWORD'),
    },
  ],
);

/** A URL writes an IPv6 address in brackets, a socket wants it without. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** What a URL holds percent-encoded; undefined where it holds nothing. */
function decoded(part: string | undefined): string | undefined {
  return part === undefined || part === '' ? undefined : decodeURIComponent(part);
}
