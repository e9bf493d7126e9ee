import { isIP } from 'node:net';

import { z } from 'zod';

import { section, wholeNumber } from './settings.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What every service needs besides Kafka and Redis. */
export interface ServiceSettings {
  /** Where health, metrics and the service's own interface are served. */
  readonly httpHost: string;
  /** 0 takes a free port, which the log names. */
  readonly httpPort: number;
  /** Proxies whose word on a caller's address is taken: addresses or networks. None: the caller is who connects. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** How long a graceful stop may take before the process ends anyway. */
  readonly stopTimeoutMs: number;
}

export const serviceSettings = section(
  {
    HTTP_HOST: z.string().max(255).default('0.0.0.0'),
    HTTP_PORT: wholeNumber(0, 65_535).default(8080),
    HTTP_TRUSTED_PROXIES: z.string().max(2_000).default('').transform(networks),
    LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
    PLIMSOLL_STOP_TIMEOUT_MS: wholeNumber(1_000, 600_000).default(25_000),
  },
  (given): ServiceSettings => ({
    httpHost: given.HTTP_HOST,
    httpPort: given.HTTP_PORT,
    trustedProxies: given.HTTP_TRUSTED_PROXIES,
    logLevel: given.LOG_LEVEL,
    stopTimeoutMs: given.PLIMSOLL_STOP_TIMEOUT_MS,
  }),
);

/** `10.0.0.0/8, 192.0.2.7`: addresses and networks, by commas. */
function networks(text: string, context: z.RefinementCtx): readonly string[] {
  const all = text.split(',').map((part) => part.trim());
  const given = all.filter((part) => part !== '');
  const wrong = given.find((part) => !isNetwork(part));
  if (wrong === undefined) return given;
  context.addIssue({ code: 'custom', message: 'must be addresses or networks (10.0.0.0/8), by commas' });
  return z.NEVER;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  // A network of no bits is everybody: whoever asks could then say who they are.
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
