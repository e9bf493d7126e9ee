import { PlimsollError } from '@plimsoll/contracts';
import { progressRecords } from '@plimsoll/pipelines';

import type { PartitionCounts } from '../partition-counts.js';
import type { Arrivals } from './arrivals.js';
import type { Outbox } from './spool/outbox.js';

/** How often the detectors are told how far the live sources have come. */
const EVERY_MS = 10_000;

/**
 * Tells the detectors, on every partition, how far the live sources of each application have come. While records wait in
 * the spool it says nothing: they are not published yet.
 */
export class LiveProgress {
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly arrivals: Arrivals,
    private readonly outbox: Outbox,
    private readonly counts: PartitionCounts,
    /** Names this run of the collector. */
    private readonly run: string,
    /** Lets silent sources say the time first. */
    private readonly idle: () => Promise<void> | undefined,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#telling = this.#telling.then(async () => {
        await this.idle();
        await this.#tell();
      });
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling;
  }

  async #tell(): Promise<void> {
    if (this.outbox.spooling) return;
    const reached = this.arrivals.reached();
    const partitions = await this.counts.current();
    const source = `collector/${this.run}`;
    const records = [...reached].flatMap(([application, { timeUs, skewed, watching }]) =>
      progressRecords({ type: 'progress', schema: 1, application, source, timeUs, skewed, watching, partitions }),
    );
    try {
      // All in one: a round trip for each application would hold up what comes behind.
      await this.outbox.accept(records);
    } catch (error) {
      // Neither log nor disk takes anything: the next turn tells it.
      if (!(error instanceof PlimsollError)) throw error;
    }
  }
}
