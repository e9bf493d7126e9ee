import type { PlimsollError } from '@plimsoll/contracts';
import type { ServiceTools } from '@plimsoll/service-kit';
import type { SourceCounts } from '@plimsoll/sources';
import { Counter, Gauge, type Registry } from 'prom-client';

import type { Arrivals } from './intake/arrivals.js';
import type { Spool } from './intake/spool/spool.js';

/** Turns what happens in live intake into metrics and, where a person should know of it, log lines. */
export class IntakeReport {
  readonly #log: ServiceTools['log'];
  readonly #registry: Registry;
  readonly #refused: Counter<'status'>;
  readonly #lines: Gauge<'target' | 'outcome'>;

  constructor({ log, registry }: Pick<ServiceTools, 'log' | 'registry'>) {
    this.#log = log;
    this.#registry = registry;
    this.#lines = new Gauge({
      name: 'plimsoll_source_lines',
      help: 'Lines of a followed log since it was opened, by what became of them: read, ignored by design, refused',
      labelNames: ['target', 'outcome'],
      registers: [registry],
    });
    this.#refused = new Counter({
      name: 'plimsoll_intake_refused_total',
      help: 'Requests of live intake that were not taken, by status',
      labelNames: ['status'],
      registers: [registry],
    });
  }

  watchSpool(spool: Spool): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name: `plimsoll_spool_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge('bytes', 'Bytes that wait in the spool for Kafka', () => spool.sizeBytes);
    gauge('records_appended', 'Records that were spooled since the start', () => spool.counts.appended);
    gauge('records_overflowed', 'Records that a full spool dropped, each announced', () => spool.counts.overflowed);
    gauge('damaged_bytes', 'Bytes of the spool that could not be read back', () => spool.counts.damagedBytes);
  }

  watchArrivals(arrivals: Arrivals): void {
    new Gauge({
      name: 'plimsoll_skewed_times',
      help: 'Events and calls of live sources whose time was ahead of arrival, and was set to it, since the start',
      registers: [this.#registry],
      collect() {
        this.set(arrivals.skewed);
      },
    });
    new Gauge({
      name: 'plimsoll_crowded_requests',
      help: 'Requests of live sources whose session was not told apart, since too many were new at once; since the start',
      registers: [this.#registry],
      collect() {
        this.set(arrivals.crowded);
      },
    });
  }

  readonly spooling = (spooling: boolean, reason: string): void => {
    if (spooling) this.#log.warn({ reason }, 'records go to the spool');
    else this.#log.info('the spool is empty again');
  };

  readonly refused = (status: number, reason: string): void => {
    this.#refused.inc({ status });
    this.#log.debug({ status, reason }, 'a request was not taken');
  };

  readonly target = (target: string, state: 'started' | 'waiting' | 'stopped', detail: string): void => {
    if (state === 'waiting') this.#log.warn({ target, detail }, 'target waits');
    else this.#log.info({ target }, `target ${state}`);
  };

  readonly lines = (target: string, { read, ignored, malformed }: Readonly<SourceCounts>): void => {
    for (const [outcome, count] of Object.entries({ read, ignored, refused: malformed })) {
      this.#lines.set({ target, outcome }, count);
    }
  };

  readonly invalidTargets = (error: PlimsollError): void => {
    this.#log.error({ err: error }, 'the targets file cannot be used; the last good one stays in force');
  };
}
