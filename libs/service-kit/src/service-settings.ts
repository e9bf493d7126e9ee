import { z } from 'zod';

import { section, wholeNumber } from './settings.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What every service needs besides Kafka and Redis. */
export interface ServiceSettings {
  /** Where health, metrics and the service's own interface are served. */
  readonly httpHost: string;
  /** 0 takes a free port, which the log names. */
  readonly httpPort: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** How long a graceful stop may take before the process ends anyway. */
  readonly stopTimeoutMs: number;
}

export const serviceSettings = section(
  {
    HTTP_HOST: z.string().max(255).default('0.0.0.0'),
    HTTP_PORT: wholeNumber(0, 65_535).default(8080),
    LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
    PLIMSOLL_STOP_TIMEOUT_MS: wholeNumber(1_000, 600_000).default(25_000),
  },
  (given): ServiceSettings => ({
    httpHost: given.HTTP_HOST,
    httpPort: given.HTTP_PORT,
    logLevel: given.LOG_LEVEL,
    stopTimeoutMs: given.PLIMSOLL_STOP_TIMEOUT_MS,
  }),
);
