import type { Level, Watermark } from '@plimsoll/contracts';
import { LEVELS_OF } from '@plimsoll/pipelines';

/** A level whose detectors say nothing for so long, by the wall clock, is silent: they say something every ten seconds. */
export const SILENT_MS = 45_000;
/** Parts of one application that are remembered. */
const MAX_PARTS = 4_096;

/** What was heard of one application as a whole. */
export class ApplicationWatch {
  /** Newest event time of a verdict or coverage; undefined before the first. */
  lastUs: number | undefined;
  skewed = 0;
  /** By detector and partition: what it has reached. */
  readonly #parts = new Map<string, number>();
  /** When a level's detectors were last heard of, wall clock; by level, and by level and workload where a source names it. */
  readonly #heardMs = new Map<string, number>();

  reached({ detector, topic, partition, timeUs, skewed = 0, workloads = [] }: Watermark, nowMs: number): void {
    const part = `${detector}|${topic}|${partition}`;
    if (this.#parts.size < MAX_PARTS || this.#parts.has(part)) this.#parts.set(part, timeUs);
    for (const level of LEVELS_OF.get(detector) ?? []) {
      this.#heard(level, nowMs);
      for (const workload of workloads) this.#heard(`${level}|${workload}`, nowMs);
    }
    this.skewed = skewed;
  }

  get watermarkUs(): number | undefined {
    return this.#parts.size === 0 ? undefined : Math.min(...this.#parts.values());
  }

  /** Whether the level, or a source that has the workload under watch, was heard of and is no more. */
  isSilent(level: Level, workload: string, nowMs: number): boolean {
    const heard = [this.#heardMs.get(level), this.#heardMs.get(`${level}|${workload}`)];
    return heard.some((atMs) => atMs !== undefined && nowMs - atMs > SILENT_MS);
  }

  #heard(what: string, nowMs: number): void {
    this.#heardMs.delete(what);
    this.#heardMs.set(what, nowMs);
    if (this.#heardMs.size > MAX_PARTS) this.#heardMs.delete(this.#heardMs.keys().next().value!);
  }
}
