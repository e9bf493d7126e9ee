// An operator at work on records given to it, without Kafka and Redis: what a message costs in this process alone.
import process from 'node:process';

import { StatefulProcessor } from '@plimsoll/streaming';

const STEP = 512;
const STORE = {
  open: (task) => Promise.resolve({ task, epoch: 1, owner: 'bench', nextOffset: undefined, settings: '' }),
  load: (_lease, keys) => Promise.resolve(keys.map(() => undefined)),
  commit: () => Promise.resolve(),
};

export class Stub {
  published = 0;
  #offset = 0;
  #processor;

  constructor(operator) {
    const publish = (records) => {
      this.published += records.length;
      return Promise.resolve();
    };
    const observer = (event) => {
      if (event.type === 'dead-letter') throw new Error(`a dead letter: ${event.reason}`);
    };
    this.#processor = new StatefulProcessor(operator, {
      log: { publish },
      store: STORE,
      observer,
      cachedStates: 20_000,
    });
  }

  /** Gives the records, as one batch after another of one partition, and returns the microseconds of processor time. */
  async give(records) {
    const { signal } = new globalThis.AbortController();
    const context = {
      owned: () => true,
      signal,
      heartbeat: () => Promise.resolve(),
      seek: () => undefined,
      endOffset: 0,
    };
    if (this.#offset === 0) await this.#processor.assigned(0, signal);
    const before = process.cpuUsage();
    for (let from = 0; from < records.length; from += STEP) {
      const batch = records.slice(from, from + STEP).map((record) => {
        return { topic: 'bench', partition: 0, offset: this.#offset++, headers: {}, timestampMs: 0, ...record };
      });
      await this.#processor.batch(0, batch, context);
    }
    const { user, system } = process.cpuUsage(before);
    return user + system;
  }
}
