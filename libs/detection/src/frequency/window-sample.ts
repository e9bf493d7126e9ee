import { z } from 'zod';

import { Count } from '../learning/snapshot.js';
import { COUNTERS } from './call-counts.js';

/** Windows kept; when there are more, every second one goes, and from then on only every second one is kept. */
const MAX_WINDOWS = 4096;

/** A sample as a snapshot holds it. */
export const WindowSampleData = z.object({
  windows: z.array(z.tuple([z.array(Count.max(COUNTERS - 1)), z.array(Count)])),
  stride: Count.min(1),
  seen: Count,
});
export type WindowSampleData = z.infer<typeof WindowSampleData>;

/**
 * An even sample of the windows that were seen: every `stride`th, which doubles whenever 4,096 are kept. Two samples merge
 * at the wider stride, so that each window counts alike. Memory: 4,096 windows of counts, without their zeros.
 */
export class WindowSample {
  #windows: Sparse[] = [];
  #stride = 1;
  #seen = 0;

  /** Windows that were seen, kept or not. */
  get seen(): number {
    return this.#seen;
  }

  get isEmpty(): boolean {
    return this.#windows.length === 0;
  }

  /** Takes a window's counts, a number for each counter. */
  add(counts: Uint32Array): void {
    if (this.#seen % this.#stride === 0) this.#windows.push(sparse(counts));
    this.#seen += 1;
    if (this.#windows.length >= MAX_WINDOWS) this.#thin();
  }

  /** What each kept window gives, in the order of their coming. */
  map<Result>(of: (counts: Uint32Array) => Result): Result[] {
    return this.#windows.map((window) => of(dense(window)));
  }

  /** Every counter that any kept window has, with its sum. */
  totals(): Map<number, number> {
    const totals = new Map<number, number>();
    for (const { counters, counts } of this.#windows) {
      counters.forEach((counter, i) => totals.set(counter, (totals.get(counter) ?? 0) + counts[i]!));
    }
    return totals;
  }

  data(): WindowSampleData {
    const windows = this.#windows.map(({ counters, counts }): [number[], number[]] => [[...counters], [...counts]]);
    return { windows, stride: this.#stride, seen: this.#seen };
  }

  merge({ windows, stride, seen }: WindowSampleData): void {
    let others = windows.map(([counters, counts]): Sparse => ({
      counters: Uint16Array.from(counters),
      counts: Uint32Array.from(counts),
    }));
    while (this.#stride < stride) this.#thin();
    for (let their = stride; their < this.#stride; their *= 2) others = everySecond(others);
    this.#windows.push(...others);
    this.#seen += seen;
    while (this.#windows.length >= MAX_WINDOWS) this.#thin();
  }

  #thin(): void {
    this.#windows = everySecond(this.#windows);
    this.#stride *= 2;
  }
}

/** A window's counts without its zeros. */
interface Sparse {
  readonly counters: Uint16Array;
  readonly counts: Uint32Array;
}

function sparse(counts: Uint32Array): Sparse {
  const counters = Uint16Array.from([...counts.keys()].filter((counter) => counts[counter]! > 0));
  return { counters, counts: Uint32Array.from(counters, (counter) => counts[counter]!) };
}

function dense({ counters, counts }: Sparse): Uint32Array {
  const all = new Uint32Array(COUNTERS);
  counters.forEach((counter, i) => {
    all[counter] = counts[i]!;
  });
  return all;
}

function everySecond<T>(items: readonly T[]): T[] {
  return items.filter((_, i) => i % 2 === 0);
}
