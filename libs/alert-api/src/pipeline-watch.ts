import { decodeJson, US_PER_SECOND, VerdictsRecord, type VerdictMessage, type Level, type VerdictState } from '@plimsoll/contracts';
import type { LogRecord, PartitionHandler, StreamEvent } from '@plimsoll/streaming';

/** How far back, in the application's event time, windows count. */
const RECENT_US = 300 * US_PER_SECOND;
const MINUTE_US = 60 * US_PER_SECOND;
/** Workloads remembered; beyond it the one not heard of for longest goes. */
const MAX_WORKLOADS = 2_000;

const LEVELS: readonly Level[] = ['sequence', 'frequency', 'log'];
const UNJUDGED = ['gap', 'insufficient', 'warming'] as const;

/**
 * `judging`: it judged windows of late. `gap`, `insufficient`, `warming`: it watched, and could not judge, for this reason.
 * `silent`: it was heard once, and not of late, while the application went on. `absent`: never heard.
 */
export type Watching = 'judging' | (typeof UNJUDGED)[number] | 'silent' | 'absent';

export interface LevelWatch {
  readonly level: Level;
  readonly state: Watching;
  readonly detectors: readonly string[];
  /** End of its last window, microseconds of event time; undefined where it is absent. */
  readonly lastUs: number | undefined;
  /** Windows of the last five minutes of event time, by what became of them. */
  readonly windows: Readonly<Record<VerdictState, number>>;
}

export interface WorkloadWatch {
  readonly application: string;
  readonly workload: string;
  /** Newest event time of the application. */
  readonly applicationUs: number;
  readonly levels: readonly LevelWatch[];
}

interface Heard {
  lastUs: number;
  readonly detectors: Set<string>;
  /** By minute. */
  readonly minutes: Map<number, Partial<Record<VerdictState, number>>>;
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
  readonly #applications = new Map<string, number>();
  /** By `topic/partition`: records that fusion has not processed, of the partitions that this replica has. */
  readonly #lag = new Map<string, number>();

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  batch(_partition: number, records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      const message = messageIn(record);
      if (message !== undefined && message.type !== 'watermark') this.#hear(message);
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
  }

  lag(): readonly { readonly task: string; readonly records: number }[] {
    const entries = [...this.#lag].map(([task, records]) => ({ task, records }));
    return entries.sort((a, b) => (a.task < b.task ? -1 : 1));
  }

  /** By application, then workload. */
  workloads(): readonly WorkloadWatch[] {
    const entries = [...this.#workloads].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, { application, workload, levels }]) => {
      const applicationUs = this.#applications.get(application) ?? 0;
      return {
        application,
        workload,
        applicationUs,
        levels: LEVELS.map((level) => levelWatch(level, levels.get(level), applicationUs)),
      };
    });
  }

  #hear(message: VerdictMessage): void {
    const { application, workload, level, detector } = message;
    const { endUs } = message.window;
    this.#applications.set(application, Math.max(endUs, this.#applications.get(application) ?? 0));
    const key = JSON.stringify([application, workload]);
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

/** Undefined for what is no verdict: fusion puts it to the dead letters. */
function messageIn(record: LogRecord): VerdictsRecord | undefined {
  try {
    return decodeJson(VerdictsRecord, record.value, 'a verdict');
  } catch {
    return undefined;
  }
}

function count({ minutes, lastUs }: Heard, endUs: number, windows: Partial<Record<VerdictState, number>>): void {
  const minute = Math.floor(endUs / MINUTE_US);
  const sums = minutes.get(minute) ?? {};
  for (const [state, more] of Object.entries(windows) as [VerdictState, number | undefined][]) {
    sums[state] = (sums[state] ?? 0) + (more ?? 0);
  }
  minutes.set(minute, sums);
  for (const old of minutes.keys()) if ((old + 1) * MINUTE_US < lastUs - RECENT_US) minutes.delete(old);
}

function levelWatch(level: Level, heard: Heard | undefined, applicationUs: number): LevelWatch {
  const windows: Record<VerdictState, number> = { normal: 0, anomalous: 0, warming: 0, insufficient: 0, gap: 0 };
  if (heard === undefined) return { level, state: 'absent', detectors: [], lastUs: undefined, windows };
  for (const [minute, sums] of heard.minutes) {
    if ((minute + 1) * MINUTE_US < applicationUs - RECENT_US) continue;
    for (const state of Object.keys(windows) as VerdictState[]) windows[state] += sums[state] ?? 0;
  }
  const recent = heard.lastUs >= applicationUs - RECENT_US;
  return {
    level,
    state: stateOf(recent, windows),
    detectors: [...heard.detectors].sort(),
    lastUs: heard.lastUs,
    windows,
  };
}

function stateOf(recent: boolean, windows: Readonly<Record<VerdictState, number>>): Watching {
  if (!recent) return 'silent';
  if (windows.normal + windows.anomalous > 0) return 'judging';
  return UNJUDGED.find((state) => windows[state] > 0) ?? 'judging';
}
