import type { OutgoingRecord } from '@plimsoll/streaming';

/** Where records become safe: `Outbox`. */
export interface Acceptor {
  accept(records: readonly OutgoingRecord[]): Promise<void>;
}

/**
 * Delivers what a stateful reader makes of one request after the other, in order. A reader that recognises repetitions
 * gives nothing for a batch that is sent again: so what could not be delivered the first time stays owed, goes before
 * anything newer, and until it is safe no further request is read. Whoever is answered 'delivered' may count on all
 * that came before as well.
 *
 * Holds the records of one request; the requests that wait are bounded by who lets them in.
 */
export class OrderedDelivery {
  readonly #acceptor: Acceptor;
  #owed: readonly OutgoingRecord[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(acceptor: Acceptor) {
    this.#acceptor = acceptor;
  }

  /** Reads one request when its turn comes and delivers it; rejects with what `read` or the acceptor threw. */
  deliver<T extends { readonly records: readonly OutgoingRecord[] }>(read: () => T): Promise<T> {
    const turn = this.#turn.then(async () => {
      await this.#settle();
      const result = read();
      this.#owed = result.records;
      await this.#settle();
      return result;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #settle(): Promise<void> {
    if (this.#owed.length === 0) return;
    await this.#acceptor.accept(this.#owed);
    this.#owed = [];
  }
}
