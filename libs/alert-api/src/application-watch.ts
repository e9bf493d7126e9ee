import type { Level, Watermark, WatchSubject } from '@plimsoll/contracts';
import { LEVELS_OF } from '@plimsoll/pipelines';

/** What says nothing for so long, by the wall clock, is silent: detectors pass on every ten seconds what sources say. */
export const SILENT_MS = 45_000;
/** Parts, and pairs of workload and source, of one application that are remembered. */
const MAX_PARTS = 4_096;

/** What was heard until when. */
interface Loss {
  readonly subject: WatchSubject;
  readonly sinceMs: number;
}

/** What was heard of one application as a whole. */
export class ApplicationWatch {
  /** Newest event time of a verdict or coverage; undefined before the first. */
  lastUs: number | undefined;
  skewed = 0;
  /** By detector and partition: what it has reached. */
  readonly #parts = new Map<string, number>();
  /** When a level's detectors were last heard of, wall clock. */
  readonly #levels = new Map<Level, number>();
  /** When a level's detectors last heard that a workload is watched. */
  readonly #watching = new Map<string, number>();
  /** When a source last said that it has a workload under watch. */
  readonly #sources = new Map<string, { readonly workload: string; readonly source: string; readonly atMs: number }>();

  constructor(private readonly name: string) {}

  reached({ detector, topic, partition, timeUs, skewed = 0, watching = [] }: Watermark, nowMs: number): void {
    const part = `${detector}|${topic}|${partition}`;
    if (this.#parts.size < MAX_PARTS || this.#parts.has(part)) this.#parts.set(part, timeUs);
    for (const level of LEVELS_OF.get(detector) ?? []) {
      this.#levels.set(level, nowMs);
      for (const { workload } of watching) keep(this.#watching, `${level}|${workload}`, nowMs);
    }
    for (const { workload, source } of watching) {
      keep(this.#sources, sourceKey(workload, source), { workload, source, atMs: nowMs });
    }
    this.skewed = skewed;
  }

  get watermarkUs(): number | undefined {
    return this.#parts.size === 0 ? undefined : Math.min(...this.#parts.values());
  }

  /** Whether the level, or what has the workload under watch, was heard of and is no more. */
  isSilent(level: Level, workload: string, nowMs: number): boolean {
    const heard = [this.#levels.get(level), this.#watching.get(`${level}|${workload}`)];
    return heard.some((atMs) => atMs !== undefined && nowMs - atMs > SILENT_MS);
  }

  /** Whether a source says now that it has the workload under watch, to a detector of the level. */
  isWatched(level: Level, workload: string, nowMs: number): boolean {
    return isRecent(this.#watching.get(`${level}|${workload}`), nowMs);
  }

  /** Whether any source ever said that it has the workload under watch. */
  everWatched(workload: string): boolean {
    return [...this.#sources.values()].some((one) => one.workload === workload);
  }

  /** Sources that were heard and are no more; and levels, where others of the application go on. */
  losses(nowMs: number): Loss[] {
    const application = this.name;
    const sources = [...this.#sources.values()]
      .filter(({ atMs }) => !isRecent(atMs, nowMs))
      .map(({ workload, source, atMs }) => ({ subject: { application, workload, source }, sinceMs: atMs }));
    const levels = [...this.#levels];
    if (!levels.some(([, atMs]) => isRecent(atMs, nowMs))) return sources;
    const silent = levels.filter(([, atMs]) => !isRecent(atMs, nowMs));
    return [...sources, ...silent.map(([level, atMs]) => ({ subject: { application, level }, sinceMs: atMs }))];
  }

  /** Whether the source or level is heard now. */
  hears({ workload = '', source, level }: WatchSubject, nowMs: number): boolean {
    if (level !== undefined) return isRecent(this.#levels.get(level), nowMs);
    return source !== undefined && isRecent(this.#sources.get(sourceKey(workload, source))?.atMs, nowMs);
  }
}

function isRecent(atMs: number | undefined, nowMs: number): boolean {
  return atMs !== undefined && nowMs - atMs <= SILENT_MS;
}

function sourceKey(workload: string, source: string): string {
  return JSON.stringify([workload, source]);
}

/** Sets the newest, and forgets what was set longest ago where there are too many. */
function keep<Value>(all: Map<string, Value>, key: string, value: Value): void {
  all.delete(key);
  all.set(key, value);
  if (all.size > MAX_PARTS) all.delete(all.keys().next().value!);
}
