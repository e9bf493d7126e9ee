import { systemClock, type Clock } from '@plimsoll/streaming';

import type { ToldLoss, WatchStore } from './watch-store.js';

/** What was told of the watch, in the process's own memory. */
export class MemoryWatchStore implements WatchStore {
  readonly #told = new Map<string, ToldLoss>();
  #leader: { readonly holder: string; readonly untilMs: number } | undefined;

  constructor(private readonly clock: Pick<Clock, 'nowMs'> = systemClock) {}

  lead(holder: string, forMs: number): Promise<boolean> {
    const nowMs = this.clock.nowMs();
    if (this.#leader !== undefined && this.#leader.holder !== holder && this.#leader.untilMs > nowMs) {
      return Promise.resolve(false);
    }
    this.#leader = { holder, untilMs: nowMs + forMs };
    return Promise.resolve(true);
  }

  told(): Promise<readonly ToldLoss[]> {
    return Promise.resolve([...this.#told.values()]);
  }

  remember(loss: ToldLoss): Promise<void> {
    this.#told.set(loss.id, loss);
    return Promise.resolve();
  }

  forget(id: string): Promise<void> {
    this.#told.delete(id);
    return Promise.resolve();
  }
}
