import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import type { Section } from './environment.js';
import { flag, given, section } from './settings.js';

/** What an address may hold of credentials and certificates, and what settings of their own say better. */
export interface RedisAccess {
  readonly username?: string;
  readonly password?: string;
  /** PEM texts; without `ca` the system's authorities are trusted. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/**
 * How a service reaches Redis: `REDIS_URL`, in the forms that `parseUrl` knows, and beside it what should not stand in
 * an address. `parseUrl` throws `bad-configuration` for one that it does not understand.
 */
export function redisSettings<Address extends RedisAccess>(parseUrl: (url: string) => Address): Section<Address> {
  const address = z
    .string({ error: 'the environment variable is not set; give redis://host:port' })
    .transform((url, context) => {
      try {
        return parseUrl(url);
      } catch (error) {
        // What the parser did not foresee (a malformed escape, say) is as wrong, and its message may repeat a password.
        const message = error instanceof PlimsollError ? error.message : 'is not an address of Redis';
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
    });
  return section(
    {
      REDIS_URL: address,
      REDIS_USERNAME: z.string().max(1024).optional(),
      REDIS_PASSWORD: z.string().max(1024).optional(),
      REDIS_TLS: flag.optional(),
      REDIS_TLS_CA: z.string().optional(),
      REDIS_TLS_CERT: z.string().optional(),
      REDIS_TLS_KEY: z.string().optional(),
    },
    ({ REDIS_URL: url, REDIS_TLS: tls, ...rest }): Address => {
      const certificates = given({ ca: rest.REDIS_TLS_CA, cert: rest.REDIS_TLS_CERT, key: rest.REDIS_TLS_KEY });
      return {
        ...url,
        ...given({ username: rest.REDIS_USERNAME, password: rest.REDIS_PASSWORD }),
        ...((tls ?? url.tls !== undefined) && { tls: { ...url.tls, ...certificates } }),
      };
    },
    [
      {
        path: 'REDIS_TLS_CERT',
        message: 'certificate and key of a client go together',
        holds: (names) => names.has('REDIS_TLS_CERT') === names.has('REDIS_TLS_KEY'),
      },
      {
        path: 'REDIS_USERNAME',
        message: 'a user name without REDIS_PASSWORD',
        holds: (names) => !names.has('REDIS_USERNAME') || names.has('REDIS_PASSWORD'),
      },
    ],
  );
}
