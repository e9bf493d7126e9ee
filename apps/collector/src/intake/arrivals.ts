import type { SourceItem, TimeUs, Unseen, Watching, Where } from '@plimsoll/contracts';
import { ArrivalBound, type WhereOf } from '@plimsoll/pipelines';
import type { Health } from '@plimsoll/streaming';

/** How long readiness tells of a source whose clock was ahead. */
const TOLD_MS = 300_000;
/** A source that brought something within this is as far as that; of any other, what happened up to now is here. */
const BRINGING_MS = 15_000;
/** An application that no source spoke of for so long is told of no more. */
const SPOKEN_OF_MS = 86_400_000;
const MAX_APPLICATIONS = 1_024;
/** Workloads of one application that a source may watch, and pairs of both that are told. */
const MAX_WORKLOADS = 256;
/** Sources whose last skew is remembered; the one that was skewed longest ago goes first. */
const MAX_SOURCES = 256;
/** Notices of readiness. */
const MAX_TOLD = 8;

/** How far the live sources of one application have come, and what they watch. */
export interface ApplicationReached {
  readonly timeUs: TimeUs;
  readonly skewed: number;
  readonly watching: Watching;
}

/** A sender that has brought nothing for so long is no longer known to watch: nobody sees whether it is there. */
const SENDING_MS = 900_000;

/**
 * The name of a source that a sender gave: others may give the same, of other applications too, and `unique` tells them
 * apart. People are shown the name alone.
 */
export function sentSource(name: string, unique: string): string {
  return `${name}\n${unique}`;
}

function shownName(source: string): string {
  return source.split('\n', 1)[0]!;
}

/**
 * What live sources bring, as it arrives: bounds its times by this machine's clock and tells whose were ahead of it, and
 * knows how far the sources of each application have come.
 */
export class Arrivals {
  /** Events and calls whose time was corrected, of all sources. */
  skewed = 0;
  /** Requests whose session was not told apart, since too many were new at once. */
  crowded = 0;
  /** Requests that were not fully seen, by why: one may have several reasons. */
  readonly unseen = new Map<Unseen, number>();
  readonly #skews = new Map<string, { readonly atMs: number; readonly count: number }>();
  /** Of each traced target: what passed that nobody can read. */
  readonly #notices = new Map<string, () => string | undefined>();
  /** Of each sender's source: when it was last heard of. */
  readonly #sentMs = new Map<string, number>();
  readonly #counts = new Map<string, { calls: number; events: number; gaps: number }>();
  readonly #nowMs: () => number;
  /** By application, then source: the first time of what it brought last. */
  readonly #brought = new Map<string, Map<string, { readonly timeUs: TimeUs; readonly atMs: number }>>();
  /** By source, then application: the workloads that it has under watch. */
  readonly #watched = new Map<string, Map<string, Set<string>>>();

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** The items that have arrived just now from `source`, with no time far ahead of now. */
  take(source: string, items: readonly SourceItem[]): SourceItem[] {
    const nowMs = this.#nowMs();
    this.#heardFrom(source);
    this.#count(source, items);
    const bound = new ArrivalBound();
    const bounded = items.map((item) => bound.item(item, nowMs * 1_000));
    this.crowded += items.filter(isCrowded).length;
    for (const item of items) this.#countUnseen(item);
    if (bound.skewed > 0) this.#remember(source, nowMs, bound.skewed);
    this.#note(source, bounded, nowMs);
    return bounded;
  }

  /** `whereOf`, with a note that the source speaks of the application. */
  noting(source: string, whereOf: WhereOf): WhereOf {
    return (of) => {
      const where = whereOf(of);
      this.concerns(source, where);
      return where;
    };
  }

  /** The source has the workload under watch. */
  concerns(source: string, { application, workload }: Pick<Where, 'application' | 'workload'>): void {
    this.#heardFrom(source);
    const of = this.#watched.get(source) ?? new Map<string, Set<string>>();
    this.#watched.delete(source);
    this.#watched.set(source, of);
    const workloads = of.get(application) ?? new Set<string>();
    of.set(application, workloads);
    if (workloads.size < MAX_WORKLOADS) workloads.add(workload);
    if (of.size > MAX_APPLICATIONS) of.delete(of.keys().next().value!);
    if (this.#watched.size > MAX_APPLICATIONS) this.#watched.delete(this.#watched.keys().next().value!);
  }

  /** A traced target that tells what passed and cannot be read. */
  noticing(source: string, notice: () => string | undefined): void {
    this.#notices.delete(source);
    this.#notices.set(source, notice);
    if (this.#notices.size > MAX_SOURCES) this.#notices.delete(this.#notices.keys().next().value!);
  }

  /** The source has ended: nothing is under its watch. */
  left(source: string): void {
    this.#notices.delete(source);
    this.#sentMs.delete(source);
    this.#watched.delete(source);
  }

  /**
   * How far the sources of each application have come: the least of those that bring something now. What they brought
   * last may still be on its way, so they are only as far as its first item.
   */
  reached(): ReadonlyMap<string, ApplicationReached> {
    const nowMs = this.#nowMs();
    const reached = new Map<string, ApplicationReached>();
    for (const [application, sources] of this.#brought) {
      const times = [...sources.values()];
      if (times.every(({ atMs }) => atMs < nowMs - SPOKEN_OF_MS)) this.#brought.delete(application);
    }
    const watching = this.#watching(nowMs);
    // Who has a quiet application under watch says so too: it is watched, though it has brought nothing yet.
    for (const application of new Set([...this.#brought.keys(), ...watching.keys()])) {
      const sources = this.#brought.get(application) ?? new Map<string, { timeUs: TimeUs; atMs: number }>();
      const bringing = [...sources.values()].filter(({ atMs }) => atMs >= nowMs - BRINGING_MS);
      const skewed = [...sources.keys()].reduce((sum, name) => sum + (this.#skews.get(name)?.count ?? 0), 0);
      reached.set(application, {
        timeUs: Math.min(nowMs * 1_000, ...bringing.map(({ timeUs }) => timeUs)),
        skewed,
        watching: watching.get(application) ?? [],
      });
    }
    return reached;
  }

  /** By application: what has which workload under watch. */
  #watching(nowMs: number): ReadonlyMap<string, Watching> {
    const pairs = new Map<string, Map<string, Watching[number]>>();
    for (const [source, of] of this.#watched) {
      if (nowMs - (this.#sentMs.get(source) ?? nowMs) >= SENDING_MS) continue;
      const name = shownName(source).slice(0, 256);
      for (const [application, workloads] of of) {
        const known = pairs.get(application) ?? new Map<string, Watching[number]>();
        pairs.set(application, known);
        for (const workload of workloads) {
          if (known.size < MAX_WORKLOADS) known.set(`${workload}\n${name}`, { workload, source: name });
        }
      }
    }
    return new Map([...pairs].map(([application, known]) => [application, [...known.values()]]));
  }

  #heardFrom(source: string): void {
    if (!source.includes('\n')) return;
    this.#sentMs.delete(source);
    this.#sentMs.set(source, this.#nowMs());
    if (this.#sentMs.size > MAX_APPLICATIONS) this.#sentMs.delete(this.#sentMs.keys().next().value!);
  }

  /** Calls, events and gaps that each source brought; senders of one name count together. */
  brought(): { readonly source: string; readonly kind: 'calls' | 'events' | 'gaps'; readonly count: number }[] {
    return [...this.#counts].flatMap(([source, counts]) =>
      (['calls', 'events', 'gaps'] as const).map((kind) => ({ source, kind, count: counts[kind] })),
    );
  }

  #count(source: string, items: readonly SourceItem[]): void {
    const name = shownName(source);
    const counts = this.#counts.get(name) ?? { calls: 0, events: 0, gaps: 0 };
    if (this.#counts.size >= MAX_SOURCES && !this.#counts.has(name)) return;
    this.#counts.set(name, counts);
    for (const item of items) {
      if (item.type === 'calls') counts.calls += item.calls.timesUs.length;
      else if (item.type === 'event') counts.events += 1;
      else if (item.type === 'gap') counts.gaps += 1;
    }
  }

  #countUnseen(item: SourceItem): void {
    if (item.type !== 'event' || item.event.type !== 'web-request') return;
    for (const reason of item.event.unseen ?? []) this.unseen.set(reason, (this.unseen.get(reason) ?? 0) + 1);
  }

  /** Ready in any case: what was not seen is told by the requests themselves, and scored. */
  unseenHealth(): Health {
    const told = [...this.#notices].flatMap(([source, notice]) => {
      const words = notice();
      return words === undefined ? [] : [`${source}: ${words}`];
    });
    if (this.unseen.size > 0) {
      const counts = [...this.unseen].map(([reason, count]) => `${count} ${reason}`).join(', ');
      const advice = this.unseen.has('bytes') ? '; give strace a longer -s' : '';
      told.push(`requests that were not fully seen: ${counts}${advice}`);
    }
    return told.length === 0 ? { ready: true } : { ready: true, reason: told.slice(0, MAX_TOLD).join('. ') };
  }

  #note(source: string, items: readonly SourceItem[], atMs: number): void {
    let last: Pick<Where, 'application' | 'workload'> | undefined;
    for (const item of items) {
      if (item.type !== 'event') continue;
      const { event } = item;
      // Events of one body are mostly of one workload, which needs to be said once.
      if (event.application !== last?.application || event.workload !== last.workload) this.concerns(source, event);
      last = event;
    }
    const timeUs = items.reduce((least, item) => Math.min(least, firstTime(item)), Infinity);
    if (!Number.isFinite(timeUs)) return;
    for (const application of this.#watched.get(source)?.keys() ?? []) {
      const sources = this.#brought.get(application) ?? new Map<string, { timeUs: TimeUs; atMs: number }>();
      this.#brought.delete(application);
      this.#brought.set(application, sources);
      sources.delete(source);
      sources.set(source, { timeUs, atMs });
      if (sources.size > MAX_APPLICATIONS) sources.delete(sources.keys().next().value!);
      if (this.#brought.size > MAX_APPLICATIONS) this.#brought.delete(this.#brought.keys().next().value!);
    }
  }

  /** Ready in any case: what is corrected is scored. The reason names a source whose clock was ahead of late. */
  health(): Health {
    const sinceMs = this.#nowMs() - TOLD_MS;
    const [first, ...more] = [...this.#skews].filter(([, { atMs }]) => atMs >= sinceMs);
    if (first === undefined) return { ready: true };
    const [source, { count }] = first;
    const others = more.length === 0 ? '' : `, and ${more.length} further sources`;
    const reason = `${shownName(source)}: ${count} times were ahead of this machine's clock and were set to their arrival${others}`;
    return { ready: true, reason };
  }

  #remember(source: string, atMs: number, count: number): void {
    this.skewed += count;
    const before = this.#skews.get(source)?.count ?? 0;
    this.#skews.delete(source);
    this.#skews.set(source, { atMs, count: before + count });
    if (this.#skews.size > MAX_SOURCES) this.#skews.delete(this.#skews.keys().next().value!);
  }
}

function firstTime(item: SourceItem): TimeUs {
  if (item.type === 'event') return item.event.timeUs;
  return item.type === 'calls' ? (item.calls.timesUs[0] ?? Infinity) : Infinity;
}

function isCrowded(item: SourceItem): boolean {
  return item.type === 'event' && item.event.type === 'web-request' && item.event.sessionBy === 'crowd';
}
