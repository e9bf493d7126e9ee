import { printable } from '@plimsoll/contracts';

/** What one workload and detector have learned so far. */
interface Pace {
  /** Of the workload and the detector. */
  readonly name: string;
  readonly events: number;
  readonly novelty: number;
  readonly converged: boolean;
  readonly missing: readonly string[];
  readonly moreEvents?: number;
}

const TELL_EVERY_MS = 15_000;

/** Tells every so often how far learning is for each workload and detector, and how much longer at the present rate. */
export class LearningPace {
  #toldMs = Number.NEGATIVE_INFINITY;
  readonly #first = new Map<string, { readonly events: number; readonly atMs: number }>();

  constructor(
    private readonly write: (text: string) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  tell(groups: readonly Pace[]): void {
    const nowMs = this.nowMs();
    for (const { name, events } of groups) if (!this.#first.has(name)) this.#first.set(name, { events, atMs: nowMs });
    if (nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = nowMs;
    this.write(groups.map((group) => `${printable(this.#line(group, nowMs))}\n`).join(''));
  }

  #line({ name, events, novelty, converged, missing, moreEvents }: Pace, nowMs: number): string {
    const seen = `${name}: ${events} events, novelty ${novelty.toFixed(4)}`;
    if (converged) return `${seen}, learned`;
    const why = missing.length === 0 ? 'not yet' : missing.join('; ');
    return `${seen}, ${why}${this.#longer(name, events, moreEvents, nowMs)}`;
  }

  /** At the rate since it was told first; nothing where no rate shows. */
  #longer(name: string, events: number, moreEvents: number | undefined, nowMs: number): string {
    const first = this.#first.get(name);
    if (first === undefined || moreEvents === undefined || events <= first.events) return '';
    const leftMs = (moreEvents * (nowMs - first.atMs)) / (events - first.events);
    return `; some ${spanOf(leftMs)} more at this rate`;
  }
}

function spanOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}
