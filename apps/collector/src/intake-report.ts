import type { PlimsollError } from '@plimsoll/contracts';
import type { ServiceTools } from '@plimsoll/service-kit';
import type { SourceCounts } from '@plimsoll/sources';
import { Counter, Gauge, type Registry } from 'prom-client';

import type { Arrivals } from './intake/arrivals.js';
import type { TargetChange } from './intake/targets/live-targets.js';
import type { Spool } from './intake/spool/spool.js';

/** Turns what happens in live intake into metrics and, where a person should know of it, log lines. */
export class IntakeReport {
  readonly #log: ServiceTools['log'];
  readonly #registry: Registry;
  readonly #refused: Counter<'status'>;
  /** As each log counts since it was opened: no sum of our own. */
  readonly #counts = new Map<string, Readonly<SourceCounts>>();
  /** Of each target that is wanted, whether it is watched. */
  readonly #targets = new Map<string, 'attached' | 'waiting' | 'ended'>();

  constructor({ log, registry }: Pick<ServiceTools, 'log' | 'registry'>) {
    this.#log = log;
    this.#registry = registry;
    const counts = this.#counts;
    new Counter({
      name: 'plimsoll_source_lines_total',
      help: 'Lines of a followed log since it was opened, by what became of them: read, ignored by design, refused',
      labelNames: ['target', 'outcome'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [target, { read, ignored, malformed }] of counts) {
          this.inc({ target, outcome: 'read' }, read);
          this.inc({ target, outcome: 'ignored' }, ignored);
          this.inc({ target, outcome: 'refused' }, malformed);
        }
      },
    });
    const targets = this.#targets;
    new Gauge({
      name: 'plimsoll_targets',
      help: 'Targets of the collector: wanted, of these attached (or followed, or run), waiting to be, and ended',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        const states = [...targets.values()];
        this.set({ state: 'wanted' }, states.length);
        for (const state of ['attached', 'waiting', 'ended'] as const) {
          this.set({ state }, states.filter((one) => one === state).length);
        }
      },
    });
    this.#refused = new Counter({
      name: 'plimsoll_intake_refused_total',
      help: 'Requests of live intake that were not taken, by status',
      labelNames: ['status'],
      registers: [registry],
    });
  }

  watchSpool(spool: Spool): void {
    new Gauge({
      name: 'plimsoll_spool_bytes',
      help: 'Bytes that wait in the spool for Kafka',
      registers: [this.#registry],
      collect() {
        this.set(spool.sizeBytes);
      },
    });
    const { counts } = spool;
    this.#counter('spool_records_total', 'Records that were spooled', () => counts.appended);
    this.#counter('spool_dropped_records_total', 'Records that a full spool dropped, each announced', () => {
      return counts.overflowed;
    });
    this.#counter('spool_damaged_bytes_total', 'Bytes of the spool that could not be read back', () => {
      return counts.damagedBytes;
    });
  }

  watchArrivals(arrivals: Arrivals): void {
    new Counter({
      name: 'plimsoll_source_items_total',
      help: 'What live sources brought, by source: calls, events and gaps',
      labelNames: ['source', 'kind'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { source, kind, count } of arrivals.brought()) this.inc({ source, kind }, count);
      },
    });
    this.#counter('skewed_times_total', 'Events and calls whose time was ahead of arrival, and was set to it', () => {
      return arrivals.skewed;
    });
    this.#counter('crowded_requests_total', 'Requests whose session was not told apart: too many were new', () => {
      return arrivals.crowded;
    });
    new Counter({
      name: 'plimsoll_requests_not_fully_seen_total',
      help: 'Requests rebuilt from calls that may hold more or other than their event shows, by why',
      labelNames: ['reason'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [reason, count] of arrivals.unseen) this.inc({ reason }, count);
      },
    });
  }

  readonly spooling = (spooling: boolean, reason: string): void => {
    if (spooling) this.#log.warn({ reason }, 'records go to the spool');
    else this.#log.info('the spool is empty again');
  };

  readonly overflow = (records: number): void => {
    this.#log.warn({ records }, 'the spool is full: its oldest records were dropped, and are announced as lost');
  };

  readonly refused = (status: number, reason: string): void => {
    this.#refused.inc({ status });
    this.#log.debug({ status, reason }, 'a request was not taken');
  };

  readonly target = (target: string, state: TargetChange, detail: string): void => {
    const before = this.#targets.get(target);
    if (state === 'stopped') this.#targets.delete(target);
    else this.#targets.set(target, state === 'started' ? 'attached' : state);
    // It is looked for every few seconds, and told once.
    if (state === before && state === 'ended') return;
    if (state === 'waiting') this.#log.warn({ target, detail }, 'target waits');
    else if (state === 'ended') this.#log.warn({ target, detail }, 'target ended: nothing of it is seen any more');
    else this.#log.info({ target }, `target ${state}`);
  };

  readonly lines = (target: string, counts: Readonly<SourceCounts>): void => {
    this.#counts.set(target, { ...counts });
  };

  readonly invalidTargets = (error: PlimsollError): void => {
    this.#log.error({ err: error }, 'the targets file cannot be used; the last good one is still used');
  };

  /** Of what is counted elsewhere since the start. */
  #counter(name: string, help: string, read: () => number): void {
    new Counter({
      name: `plimsoll_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
