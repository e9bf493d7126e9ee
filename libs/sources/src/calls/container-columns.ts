import type { ItemContainer, SourceItem, TimeUs } from '@plimsoll/contracts';

/** Calls that are held before they leave as items. */
const MAX_HELD_CALLS = 16_384;
/** Containers whose calls are held at a time, and ways in which their ids are written. */
const MAX_CONTAINERS = 4_096;
const MAX_SPELLINGS = 4 * MAX_CONTAINERS;
const MAX_TEXTS = 65_536;
const MAX_TOLD = 262_144;
const DIGESTS = 2 ** 32;

/**
 * Calls of several containers, taken in as they come and handed on as one item a container. Holds `MAX_HELD_CALLS`
 * calls and the words of 65,536 digests; a container gets the words of each digest once.
 */
export class ContainerColumns {
  count = 0;
  readonly #slots = new Uint16Array(MAX_HELD_CALLS);
  readonly #numbers = new Uint16Array(MAX_HELD_CALLS);
  readonly #threads = new Uint32Array(MAX_HELD_CALLS);
  readonly #timesUs = new Float64Array(MAX_HELD_CALLS);
  readonly #results = new Int32Array(MAX_HELD_CALLS);
  readonly #digests = new Uint32Array(MAX_HELD_CALLS);
  readonly #containers: (ItemContainer | undefined)[] = [];
  readonly #slotOf = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #told = new Set<number>();
  #hasResults = false;
  #hasDigests = false;

  /** No more may be added before `take`. */
  get full(): boolean {
    return this.count === MAX_HELD_CALLS || this.#crowded;
  }

  get #crowded(): boolean {
    return this.#containers.length >= MAX_CONTAINERS || this.#slotOf.size >= MAX_SPELLINGS;
  }

  /** The slot of the container whose id is written like this, if it has one. */
  slot(spelling: string): number | undefined {
    return this.#slotOf.get(spelling);
  }

  /** Gives the container a slot, the one that it has where its id was written otherwise before. */
  open(spelling: string, container: ItemContainer | undefined): number {
    const name = `=${container?.container ?? ''}`;
    const slot = this.#slotOf.get(name) ?? this.#containers.push(container) - 1;
    this.#slotOf.set(name, slot).set(spelling, slot);
    return slot;
  }

  /** The container of a slot. */
  container(slot: number): ItemContainer | undefined {
    return this.#containers[slot];
  }

  /** `result` undefined where the source does not tell it; `digest` 0 where the call names nothing. */
  add(slot: number, number: number, thread: number, timeUs: TimeUs, result: number | undefined, digest: number): void {
    const at = this.count++;
    this.#slots[at] = slot;
    this.#numbers[at] = number;
    this.#threads[at] = thread;
    this.#timesUs[at] = timeUs;
    this.#results[at] = result ?? 0;
    this.#digests[at] = digest;
    if (result !== undefined) this.#hasResults = true;
    if (digest !== 0) this.#hasDigests = true;
  }

  /** The words of a digest. */
  name(digest: number, text: string): void {
    if (this.#texts.size < MAX_TEXTS) this.#texts.set(digest, text);
  }

  /** Forgets the calls that are held; says how many. */
  drop(): number {
    const { count } = this;
    this.count = 0;
    return count;
  }

  /** What is held, as one item a container, in the order in which the containers first came. */
  take(): SourceItem[] {
    const sizes = new Map<number, number>();
    for (let i = 0; i < this.count; i++) {
      const slot = this.#slots[i]!;
      sizes.set(slot, (sizes.get(slot) ?? 0) + 1);
    }
    const items = [...sizes].map(([slot, size]) => this.#item(slot, size));
    this.count = 0;
    return items;
  }

  #item(slot: number, count: number): SourceItem {
    const numbers = new Uint16Array(count);
    const threads = new Uint32Array(count);
    const timesUs = new Float64Array(count);
    const results = this.#hasResults ? new Int32Array(count) : undefined;
    const digests = this.#hasDigests ? new Uint32Array(count) : undefined;
    const names = new Map<number, string>();
    for (let i = 0, at = 0; at < count; i++) {
      if (this.#slots[i] !== slot) continue;
      numbers[at] = this.#numbers[i]!;
      threads[at] = this.#threads[i]!;
      timesUs[at] = this.#timesUs[i]!;
      if (results) results[at] = this.#results[i]!;
      const digest = this.#digests[i]!;
      if (digests) digests[at] = digest;
      if (digest !== 0) this.#tell(slot, digest, names);
      at++;
    }
    const of = this.#containers[slot];
    return { type: 'calls', calls: { count, numbers, threads, timesUs, results, digests, names }, ...(of && { of }) };
  }

  #tell(slot: number, digest: number, names: Map<number, string>): void {
    const key = slot * DIGESTS + digest;
    if (this.#told.has(key)) return;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.add(key);
    const text = this.#texts.get(digest);
    if (text !== undefined) names.set(digest, text);
  }

  /** Containers come and go: where nothing is held and there are many, the slots are given anew. */
  makeRoom(): void {
    if (this.count > 0 || !this.#crowded) return;
    this.#containers.length = 0;
    this.#slotOf.clear();
    this.#told.clear();
  }
}
