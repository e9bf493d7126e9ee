import type { BatchContext, LogRecord, PartitionHandler } from './event-log.js';

/**
 * Reads single records of a topic again, by their offsets, and none of those between. State: the offsets that are still
 * wanted, and the records found.
 */
export class PickedRecords implements PartitionHandler {
  /** As they came, in the order of their partitions. */
  readonly found: LogRecord[] = [];
  /** Wanted, and no longer (or never) held by the log. */
  gone = 0;
  readonly #wanted = new Map<number, number[]>();

  constructor(places: readonly { readonly partition: number; readonly offset: number }[]) {
    for (const { partition, offset } of places) {
      const offsets = this.#wanted.get(partition) ?? [];
      if (!offsets.includes(offset)) offsets.push(offset);
      this.#wanted.set(partition, offsets);
    }
    for (const offsets of this.#wanted.values()) offsets.sort((a, b) => a - b);
  }

  /** Records that are neither found nor known to be gone. */
  get left(): number {
    let left = 0;
    for (const offsets of this.#wanted.values()) left += offsets.length;
    return left;
  }

  /** Where nothing is wanted, only what comes from now on is read, and passed over. */
  assigned(partition: number): Promise<number> {
    return Promise.resolve(this.#wanted.get(partition)?.[0] ?? Number.MAX_SAFE_INTEGER);
  }

  batch(
    partition: number,
    records: readonly LogRecord[],
    context: Pick<BatchContext, 'seek' | 'endOffset'>,
  ): Promise<void> {
    const wanted = this.#wanted.get(partition) ?? [];
    for (const record of records) {
      while (wanted.length > 0 && wanted[0]! < record.offset) this.#drop(wanted);
      if (wanted[0] !== record.offset) continue;
      wanted.shift();
      this.found.push(record);
    }
    while (wanted.length > 0 && wanted.at(-1)! >= context.endOffset) {
      wanted.pop();
      this.gone += 1;
    }
    const next = wanted[0];
    if (next !== undefined && next > records.at(-1)!.offset + 1) context.seek(next);
    return Promise.resolve();
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  #drop(wanted: number[]): void {
    wanted.shift();
    this.gone += 1;
  }
}
