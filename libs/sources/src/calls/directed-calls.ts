import { callNames, ORDINAL_STEP_US, type ItemContainer, type SourceItem, type TimeUs } from '@plimsoll/contracts';

import { ContainerColumns } from './container-columns.js';

/** A call seen at its entry, at its return, or told once without saying which. */
export type Direction = 'enter' | 'exit' | 'whole';

/** Entries without a single return after which a stream is taken to tell entries alone. */
const ENTERS_TO_DECIDE = 1_024;

/** Calls that never return: they count at their entry in every stream. */
const NO_RETURN: ReadonlySet<number> = new Set(['exit', 'exit_group'].map((name) => callNames().get(name) ?? -1));
/** Calls that return twice, in the parent and with 0 in the child. */
const TWICE: ReadonlySet<number> = new Set(
  ['clone', 'clone3', 'fork', 'vfork'].map((name) => callNames().get(name) ?? -1),
);

/**
 * Calls of a source that tells entries, returns, or both, counted once: by returns as soon as the stream shows one, by
 * entries where it shows none (Falco's libraries since 0.42 may leave either out). Until that is clear, at most 1,024
 * calls are held. The second return of a call that creates a process is left out, as strace leaves it out.
 */
export class DirectedCalls {
  /** Calls that were told in the direction that does not count here. */
  otherDirection = 0;
  /** Calls that count. */
  events = 0;
  /** Time of the newest event, counted or not. */
  lastUs: TimeUs = 0;
  readonly columns = new ContainerColumns();
  #counted: Direction | undefined;
  #items: SourceItem[] = [];
  #ordinal = 0;

  /** `timeUs` undefined where the source has no times: the n-th call is then at n steps of `ORDINAL_STEP_US`. */
  add(
    direction: Direction,
    slot: number,
    number: number,
    thread: number,
    timeUs: TimeUs | undefined,
    result: number | undefined,
    digest: number,
  ): void {
    if (direction !== 'enter' && this.#counted === undefined) this.#countReturns();
    this.lastUs = timeUs ?? this.#ordinal * ORDINAL_STEP_US;
    const secondReturn = direction !== 'enter' && result === 0 && TWICE.has(number);
    if (secondReturn || !this.#counts(direction, number)) {
      this.otherDirection++;
      return;
    }
    this.#ordinal++;
    this.events++;
    this.columns.add(slot, number, thread, this.lastUs, result, digest);
    if (this.#counted === undefined && this.events >= ENTERS_TO_DECIDE) this.#counted = 'enter';
    if (!this.columns.full) return;
    this.#items.push(...this.columns.take());
    this.columns.makeRoom();
  }

  /** Puts an item in its place between the calls. */
  put(item: SourceItem): void {
    if (this.#counted !== undefined) this.#items.push(...this.columns.take());
    this.#items.push(item);
  }

  slot(name: string, container: () => ItemContainer | undefined): number {
    return this.columns.slot(name) ?? this.columns.open(name, container());
  }

  take(): SourceItem[] {
    if (this.#counted !== undefined && this.columns.count > 0) this.#items.push(...this.columns.take());
    this.columns.makeRoom();
    const items = this.#items;
    this.#items = [];
    return items;
  }

  end(): SourceItem[] {
    this.#counted ??= 'enter';
    return [...this.take(), { type: 'end' }];
  }

  #counts(direction: Direction, number: number): boolean {
    if (direction === 'enter') return this.#counted !== 'exit' || NO_RETURN.has(number);
    return direction === 'whole' || this.#counted === 'exit';
  }

  #countReturns(): void {
    const dropped = this.columns.drop();
    this.otherDirection += dropped;
    this.events -= dropped;
    this.#ordinal = 0;
    this.#counted = 'exit';
  }
}
