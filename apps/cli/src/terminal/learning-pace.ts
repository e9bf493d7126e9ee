import { printable, type LearningCourse } from '@plimsoll/contracts';

const TELL_EVERY_MS = 15_000;

/** Tells every so often how far learning is for each workload and detector, and how much longer at the present rate. */
export class LearningPace {
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly write: (text: string) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Whether it was time to tell. */
  tell(courses: readonly LearningCourse[]): boolean {
    const nowMs = this.nowMs();
    if (nowMs - this.#toldMs < TELL_EVERY_MS) return false;
    this.#toldMs = nowMs;
    this.write(courses.map((course) => `${printable(lineOf(course))}\n`).join(''));
    return true;
  }
}

function lineOf({ application, workload, detector, stage, points, missing, moreMs }: LearningCourse): string {
  const { events, novelty } = points.at(-1)!;
  const seen = `${application}/${workload} ${detector}: ${events} events`;
  // What calibrates has learned: more events of the same kind follow.
  if (missing.length === 0)
    return `${seen}, novelty ${novelty.toFixed(4)}, learned${stage === 'calibrating' ? '; calibrating' : ''}`;
  const longer = moreMs === undefined ? '' : `; some ${spanOf(moreMs)} more at this rate`;
  return `${seen}, ${missing.join('; ')}${longer}`;
}

function spanOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}
