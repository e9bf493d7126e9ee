import type { ItemContainer, SourceItem, TimeUs } from '@plimsoll/contracts';

/** Calls that are held before they leave as items. */
export const MAX_HELD_CALLS = 16_384;
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
  readonly #places = new Uint16Array(MAX_HELD_CALLS);
  readonly #numbers = new Uint16Array(MAX_HELD_CALLS);
  readonly #threads = new Uint32Array(MAX_HELD_CALLS);
  readonly #timesUs = new Float64Array(MAX_HELD_CALLS);
  readonly #results = new Int32Array(MAX_HELD_CALLS);
  readonly #digests = new Uint32Array(MAX_HELD_CALLS);
  readonly #containers: (ItemContainer | undefined)[] = [];
  readonly #placeOf = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #told = new Set<number>();
  #hasResults = false;
  #hasDigests = false;

  /** No more may be added before `take`. */
  get full(): boolean {
    return this.count === MAX_HELD_CALLS || this.#crowded;
  }

  get #crowded(): boolean {
    return this.#containers.length >= MAX_CONTAINERS || this.#placeOf.size >= MAX_SPELLINGS;
  }

  /** The place of the container whose id is written like this, if it has one. */
  place(spelling: string): number | undefined {
    return this.#placeOf.get(spelling);
  }

  /** Gives the container a place, the one that it has where its id was written otherwise before. */
  open(spelling: string, container: ItemContainer | undefined): number {
    const name = `=${container?.container ?? ''}`;
    const place = this.#placeOf.get(name) ?? this.#containers.push(container) - 1;
    this.#placeOf.set(name, place).set(spelling, place);
    return place;
  }

  /** The container of a place. */
  container(place: number): ItemContainer | undefined {
    return this.#containers[place];
  }

  /** `result` undefined where the source does not tell it; `digest` 0 where the call names nothing. */
  add(place: number, number: number, thread: number, timeUs: TimeUs, result: number | undefined, digest: number): void {
    const at = this.count++;
    this.#places[at] = place;
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
      const place = this.#places[i]!;
      sizes.set(place, (sizes.get(place) ?? 0) + 1);
    }
    const items = [...sizes].map(([place, size]) => this.#item(place, size));
    this.count = 0;
    return items;
  }

  #item(place: number, count: number): SourceItem {
    const numbers = new Uint16Array(count);
    const threads = new Uint32Array(count);
    const timesUs = new Float64Array(count);
    const results = this.#hasResults ? new Int32Array(count) : undefined;
    const digests = this.#hasDigests ? new Uint32Array(count) : undefined;
    const names = new Map<number, string>();
    for (let i = 0, at = 0; at < count; i++) {
      if (this.#places[i] !== place) continue;
      numbers[at] = this.#numbers[i]!;
      threads[at] = this.#threads[i]!;
      timesUs[at] = this.#timesUs[i]!;
      if (results) results[at] = this.#results[i]!;
      const digest = this.#digests[i]!;
      if (digests) digests[at] = digest;
      if (digest !== 0) this.#tell(place, digest, names);
      at++;
    }
    const of = this.#containers[place];
    return { type: 'calls', calls: { count, numbers, threads, timesUs, results, digests, names }, ...(of && { of }) };
  }

  #tell(place: number, digest: number, names: Map<number, string>): void {
    const key = place * DIGESTS + digest;
    if (this.#told.has(key)) return;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.add(key);
    const text = this.#texts.get(digest);
    if (text !== undefined) names.set(digest, text);
  }

  /** Containers come and go: where nothing is held and there are many, the places are given anew. */
  makeRoom(): void {
    if (this.count > 0 || !this.#crowded) return;
    this.#containers.length = 0;
    this.#placeOf.clear();
    this.#told.clear();
  }
}
