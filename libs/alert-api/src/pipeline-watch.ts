import { decodeJson, Level, VerdictsRecord, type VerdictMessage, type WatchSubject } from '@plimsoll/contracts';
import { levelOf, type ProfileFault } from '@plimsoll/pipelines';
import {
  systemClock,
  type Clock,
  type Health,
  type LogRecord,
  type PartitionHandler,
  type ProfileSlot,
  type StreamEvent,
} from '@plimsoll/streaming';

import { ApplicationWatch, SILENT_MS } from './application-watch.js';
import { count, levelWatch, type Heard, type LevelWatch, type Watching } from './level-watch.js';

/** How long readiness tells of a verdict that came too late. */
const TOLD_MS = 300_000;
/** Workloads remembered; beyond it the one not heard of for longest goes. */
const MAX_WORKLOADS = 2_000;

const LEVELS = Level.options;

export interface WorkloadWatch {
  readonly application: string;
  readonly workload: string;
  /** Newest event time of the application; undefined where nothing was heard of it. */
  readonly applicationUs: number | undefined;
  /** What every source and detector has reached, as far as it was heard. */
  readonly watermarkUs: number | undefined;
  /** Times of its sources that were ahead of their arrival. */
  readonly skewed: number;
  readonly levels: readonly WatchedLevel[];
}

/** A level, with the active profiles of it that cannot be scored by. */
export interface WatchedLevel extends Omit<LevelWatch, 'state'> {
  /** `unusable`: no active profile of the level can be scored by. */
  readonly state: Watching | 'unusable';
  readonly faults: readonly LevelFault[];
}

interface LevelFault {
  readonly detector: string;
  readonly version: string;
  readonly reason: string;
}

interface Expected {
  readonly application: string;
  readonly workload: string;
  /** By level, the detectors with an active profile. */
  readonly levels: Map<Level, Set<string>>;
  readonly sinceMs: number;
}

interface Workload {
  readonly application: string;
  readonly workload: string;
  lastUs: number;
  readonly levels: Map<Level, Heard>;
}

/**
 * Who watches which workload, and which level is silent: kept in memory from what the topic `verdicts` says since the
 * service started. Every replica reads the whole topic, in a group of its own, so that any of them can answer.
 */
export class PipelineWatch implements PartitionHandler {
  readonly #workloads = new Map<string, Workload>();
  readonly #applications = new Map<string, ApplicationWatch>();
  /** By `topic/partition`: records that fusion has not processed, of the partitions that this replica has. */
  readonly #lag = new Map<string, number>();
  /** By `topic/partition`: verdicts that came too late to be joined, since the service started. */
  readonly #late = new Map<string, number>();
  #lateMs = Number.NEGATIVE_INFINITY;
  /** Workloads with an active profile, by key: which levels are meant, and since when this is known. */
  #expected: ReadonlyMap<string, Expected> = new Map();
  #faults: readonly ProfileFault[] = [];

  constructor(private readonly clock: Pick<Clock, 'nowMs'> = systemClock) {}

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  batch(_partition: number, records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      const message = messageIn(record);
      if (message?.type === 'watermark') this.#application(message.application).reached(message, this.clock.nowMs());
      else if (message !== undefined) this.#hear(message);
    }
    return Promise.resolve();
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  /** Takes what fusion reports of its partitions. */
  observe(event: StreamEvent): void {
    const key = `${event.task.topic}/${event.task.partition}`;
    if (event.type === 'processed') this.#lag.set(key, event.lag);
    if (event.type === 'revoked') this.#lag.delete(key);
    if (event.type !== 'dead-letter' || event.reason !== 'late') return;
    this.#late.set(key, (this.#late.get(key) ?? 0) + 1);
    this.#lateMs = this.clock.nowMs();
  }

  /** Verdicts that came too late to be joined, since the service started. */
  get late(): number {
    return [...this.#late.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Levels that are silent, of what was heard since the start or has active profiles. */
  get silent(): number {
    return this.workloads().reduce(
      (sum, { levels }) => sum + levels.filter(({ state }) => state === 'silent').length,
      0,
    );
  }

  /** Ready in any case, since nothing here can mend it: the reason tells what is late, silent, unusable or skewed. */
  health(): Health {
    const told: string[] = [];
    if (this.clock.nowMs() - this.#lateMs < TOLD_MS) told.push(`${this.late} verdicts came too late to be joined`);
    const silent = this.workloads().filter(({ levels }) => levels.some(({ state }) => state === 'silent'));
    const [first] = silent;
    if (first !== undefined) told.push(`${silent.length} workloads are silent, ${first.application}/${first.workload}`);
    const [fault] = this.#faults;
    if (fault !== undefined) {
      const { application, workload, detector } = fault.slot;
      const name = `${application}/${workload}/${detector}`;
      told.push(`${this.#faults.length} profiles cannot be used, ${name} (${fault.reason})`);
    }
    const skewed = [...this.#applications].find(([, { skewed }]) => skewed > 0);
    if (skewed !== undefined) told.push(`${skewed[1].skewed} times of ${skewed[0]} were ahead of their arrival`);
    return told.length === 0 ? { ready: true } : { ready: true, reason: told.join('; ') };
  }

  lag(): readonly { readonly task: string; readonly records: number; readonly late: number }[] {
    const entries = [...this.#lag].map(([task, records]) => ({ task, records, late: this.#late.get(task) ?? 0 }));
    return entries.sort((a, b) => (a.task < b.task ? -1 : 1));
  }

  /** Takes the active profiles: what they are of is meant to be watched. */
  expect(active: readonly ProfileSlot[]): void {
    const expected = new Map<string, Expected>();
    for (const { application, workload, detector } of active) {
      const key = keyOf(application, workload);
      const sinceMs = this.#expected.get(key)?.sinceMs ?? this.clock.nowMs();
      const one = expected.get(key) ?? { application, workload, levels: new Map<Level, Set<string>>(), sinceMs };
      expected.set(key, one);
      const level = levelOf(detector);
      if (level !== undefined) one.levels.set(level, (one.levels.get(level) ?? new Set()).add(detector));
    }
    this.#expected = expected;
  }

  /** Takes the active profiles that cannot be scored by, all of them. */
  unusable(faults: readonly ProfileFault[]): void {
    this.#faults = faults;
  }

  /** What was heard of and is no more, by the wall clock; and what has active profiles and never was. */
  losses(): readonly { readonly subject: WatchSubject; readonly sinceMs?: number }[] {
    const nowMs = this.clock.nowMs();
    const unheard = [...this.#expected.values()].filter(
      ({ application, workload, sinceMs }) => nowMs - sinceMs > SILENT_MS && !this.#everHeard(application, workload),
    );
    return [
      ...[...this.#applications.values()].flatMap((known) => known.losses(nowMs)),
      ...unheard.map(({ application, workload }) => ({ subject: { application, workload } })),
    ];
  }

  /** Whether what was lost is heard again. */
  hears(subject: WatchSubject): boolean {
    const { application, workload, source, level } = subject;
    if (workload !== undefined && source === undefined && level === undefined) {
      return this.#everHeard(application, workload);
    }
    return this.#applications.get(application)?.hears(subject, this.clock.nowMs()) ?? false;
  }

  #everHeard(application: string, workload: string): boolean {
    if (this.#workloads.has(keyOf(application, workload))) return true;
    return this.#applications.get(application)?.everWatched(workload) ?? false;
  }

  /** By application, then workload, with those that have active profiles and were never heard of. */
  workloads(): readonly WorkloadWatch[] {
    const all = new Map(
      [...this.#workloads].map(([key, { application, workload, levels }]) => [key, { application, workload, levels }]),
    );
    for (const [key, { application, workload }] of this.#expected) {
      if (!all.has(key)) all.set(key, { application, workload, levels: new Map() });
    }
    const nowMs = this.clock.nowMs();
    const entries = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([key, { application, workload, levels }]) => {
      const known = this.#applications.get(application);
      return {
        application,
        workload,
        applicationUs: known?.lastUs,
        watermarkUs: known?.watermarkUs,
        skewed: known?.skewed ?? 0,
        levels: LEVELS.map((level) => {
          const seen = levelWatch(level, levels.get(level), known?.lastUs ?? 0);
          const gone = known?.isSilent(level, workload, nowMs) ?? false;
          const watched = !gone && (known?.isWatched(level, workload, nowMs) ?? false);
          const meant = this.#expected.get(key)?.levels.get(level);
          const state = watchingState(seen.state, { gone, watched, meant: meant !== undefined });
          const faults = this.#faultsOf(application, workload, level);
          const none = meant !== undefined && meant.size === faults.length && state !== 'silent';
          return { ...seen, state: none ? 'unusable' : state, faults };
        }),
      };
    });
  }

  #faultsOf(application: string, workload: string, level: Level): LevelFault[] {
    return this.#faults.flatMap(({ slot, version, reason }) =>
      slot.application === application && slot.workload === workload && levelOf(slot.detector) === level
        ? [{ detector: slot.detector, version, reason }]
        : [],
    );
  }

  #application(name: string): ApplicationWatch {
    let known = this.#applications.get(name);
    if (known === undefined) this.#applications.set(name, (known = new ApplicationWatch(name)));
    if (this.#applications.size > MAX_WORKLOADS) this.#forgetUnknown();
    return known;
  }

  /** Of applications that only progress was heard of, the first. */
  #forgetUnknown(): void {
    const named = new Set([...this.#workloads.values()].map(({ application }) => application));
    for (const name of this.#applications.keys()) if (!named.has(name)) return void this.#applications.delete(name);
  }

  #hear(message: VerdictMessage): void {
    const { application, workload, level, detector } = message;
    const { endUs } = message.window;
    const all = this.#application(application);
    all.lastUs = Math.max(endUs, all.lastUs ?? 0);
    const key = keyOf(application, workload);
    const known = this.#workloads.get(key) ?? { application, workload, lastUs: 0, levels: new Map<Level, Heard>() };
    known.lastUs = Math.max(known.lastUs, endUs);
    this.#workloads.set(key, known);
    const heard = known.levels.get(level) ?? { lastUs: 0, detectors: new Set<string>(), minutes: new Map() };
    known.levels.set(level, heard);
    heard.lastUs = Math.max(heard.lastUs, endUs);
    heard.detectors.add(detector);
    // Windows that are published one by one are counted by the coverage record of their minute too.
    if (message.type === 'coverage') count(heard, endUs, message.windows);
    if (this.#workloads.size > MAX_WORKLOADS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    let oldest: [string, Workload] | undefined;
    for (const entry of this.#workloads) if (oldest === undefined || entry[1].lastUs < oldest[1].lastUs) oldest = entry;
    if (oldest === undefined) return;
    this.#workloads.delete(oldest[0]);
    const { application } = oldest[1];
    const others = [...this.#workloads.values()].some((workload) => workload.application === application);
    if (!others) this.#applications.delete(application);
  }
}

/**
 * What is to be said of a level by the wall clock: `gone` where it, or what watches the workload, was heard and is no
 * more; `watched` where a source says now that it watches, so that the level is quiet and not silent; `meant` where a
 * profile of it is active.
 */
function watchingState(
  seen: Watching,
  { gone, watched, meant }: { gone: boolean; watched: boolean; meant: boolean },
): Watching {
  if (seen === 'absent') {
    if (!meant) return 'absent';
    return watched ? 'quiet' : 'silent';
  }
  if (gone) return 'silent';
  return seen === 'silent' && watched ? 'quiet' : seen;
}

function keyOf(application: string, workload: string): string {
  return JSON.stringify([application, workload]);
}

/** Undefined for what is no verdict: fusion puts it to the dead letters. */
function messageIn(record: LogRecord): VerdictsRecord | undefined {
  try {
    return decodeJson(VerdictsRecord, record.value, 'a verdict');
  } catch {
    return undefined;
  }
}
