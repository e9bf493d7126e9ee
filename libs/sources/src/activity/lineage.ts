import type { TimeUs } from '@plimsoll/contracts';

import { RecentMap } from '../bytes/recent-map.js';

const MAX_THREADS = 65_536;
/** Threads by which one process is known. */
const MAX_OWN_THREADS = 1_024;
const MAX_ANCESTORS = 8;
const INIT = 1;

/** One program as one or more processes run it: a fork goes on with its parent's. */
export class Image {
  /** It accepts connections. */
  serves = false;
  /** What it turned out to be, where it was first seen before its birth. */
  of: Image | undefined;

  /** `program` is empty where it ran before the trace began. */
  constructor(readonly program: string) {}

  /** The image that it stands for. */
  get known(): Image {
    return this.of ?? this;
  }
}

/** A process with where it came from. */
export class Lineage {
  readonly threads: Set<number>;
  parent: Lineage | undefined;
  /** When it was born, where the trace shows it. */
  bornUs: TimeUs = 0;
  image = new Image('');
  /** What it ran when it was first seen. */
  readonly first = this.image;

  constructor(thread: number) {
    this.threads = new Set([thread]);
  }

  /** The first that `is` takes of: itself at `timeUs`, then each process that it descends from, at the time of the birth. */
  firstOfLine(timeUs: TimeUs, is: (process: Lineage, timeUs: TimeUs) => boolean): Lineage | undefined {
    if (is(this, timeUs)) return this;
    let at: Lineage | undefined = this.parent;
    let bornUs = this.bornUs;
    for (let i = 0; at !== undefined && i < MAX_ANCESTORS; i++) {
      if (is(at, bornUs)) return at;
      ({ bornUs } = at);
      at = at.parent;
    }
    return undefined;
  }
}

/**
 * Which process a thread belongs to, what it runs, and who made it. A vforked child runs its program before its birth is
 * told: what is learned later holds for what was seen before. State: at most 65,536 threads.
 */
export class Lineages {
  readonly #byThread = new RecentMap<number, Lineage>(MAX_THREADS);

  of(thread: number): Lineage {
    const known = this.#byThread.get(thread);
    if (known !== undefined) return known;
    const made = new Lineage(thread);
    this.#byThread.set(thread, made);
    return made;
  }

  /**
   * A record says who made the thread's process. A maker that is not of its line, and did not adopt an orphan as init
   * does, is another process's: the number was taken over.
   */
  bornOf(parent: number, thread: number, timeUs: TimeUs): void {
    const known = this.#byThread.get(thread);
    const maker = this.of(parent);
    if (known?.parent !== undefined && parent !== INIT && !isOfLine(known, maker)) this.exited(thread);
    this.spawned(parent, thread, false, timeUs);
  }

  spawned(parent: number, child: number, shared: boolean, timeUs: TimeUs): void {
    if (parent === child) return;
    const from = this.of(parent);
    if (shared) {
      this.join(child, from);
      return;
    }
    const process = this.of(child);
    if (process.parent !== undefined || process === from) return;
    process.parent = from;
    // Older ancestors are asked by nobody, and would be kept for ever.
    let oldest: Lineage | undefined = process;
    for (let i = 0; oldest !== undefined && i < MAX_ANCESTORS; i++) oldest = oldest.parent;
    if (oldest !== undefined) oldest.parent = undefined;
    process.bornUs = timeUs;
    if (process.first === process.image) process.image = from.image;
    process.first.of = from.image.known;
  }

  /** The thread is one of the process's. */
  join(thread: number, process: Lineage): void {
    this.#byThread.set(thread, process);
    if (process.threads.size >= MAX_OWN_THREADS) process.threads.delete(process.threads.values().next().value!);
    process.threads.add(thread);
  }

  executed(thread: number, program: string): void {
    this.of(thread).image = new Image(program);
  }

  accepted(thread: number): void {
    this.of(thread).image.known.serves = true;
  }

  exited(thread: number): void {
    this.#byThread.delete(thread);
  }
}

function isOfLine(process: Lineage, other: Lineage): boolean {
  return process.firstOfLine(0, (at) => at === other) !== undefined;
}
