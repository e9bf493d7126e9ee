import { MAX_COURSE_POINTS, type LearningCourse, type ProfileFile } from '@plimsoll/contracts';

import type { GroupProgress } from './group-progress.js';

type Point = LearningCourse['points'][number];
type Slot = Pick<LearningCourse, 'application' | 'workload' | 'detector'>;

/** One profile's course, and how far apart its points are kept. */
interface Held {
  points: Point[];
  apartMs: number;
}

const FIRST_APART_MS = 15_000;

/**
 * The courses of what one run learns: of each profile at most `MAX_COURSE_POINTS`, every second of which goes when they
 * are full.
 */
export class LearningCourses {
  readonly #held = new Map<string, Held>();

  /** The courses up to now, one a group. */
  take(groups: readonly GroupProgress[], nowMs: number): LearningCourse[] {
    return groups.map((group) => {
      const { application, workload, detector, stage, events, novelty, missing, moreEvents } = group;
      const points = this.#add(group, { atMs: nowMs, events, novelty });
      const moreMs = moreEvents === undefined ? undefined : timeFor(moreEvents, points);
      return {
        schema: 1,
        ...{ application, workload, detector, stage },
        points,
        missing: [...missing],
        ...(moreEvents === undefined ? {} : { moreEvents }),
        ...(moreMs === undefined ? {} : { moreMs }),
      };
    });
  }

  /** The course that has ended with this profile. */
  end({ application, workload, detector, learned: { events, novelty } }: ProfileFile, nowMs: number): LearningCourse {
    const points = this.#add({ application, workload, detector }, { atMs: nowMs, events, novelty });
    return { schema: 1, application, workload, detector, stage: 'learned', points, missing: [], moreEvents: 0 };
  }

  /** The points that are kept, and this one as the last. */
  #add({ application, workload, detector }: Slot, point: Point): Point[] {
    const name = JSON.stringify([application, workload, detector]);
    const held = this.#held.get(name) ?? { points: [], apartMs: FIRST_APART_MS };
    this.#held.set(name, held);
    const last = held.points.at(-1);
    if (last !== undefined && point.atMs - last.atMs < held.apartMs) return [...held.points, point];
    if (held.points.length === MAX_COURSE_POINTS - 1) {
      held.points = held.points.filter((_, i) => i % 2 === 0);
      held.apartMs *= 2;
    }
    held.points.push(point);
    return [...held.points];
  }
}

/** At the rate between the first point and the last; nothing where no rate shows. */
function timeFor(moreEvents: number, points: readonly Point[]): number | undefined {
  const [first, last] = [points[0]!, points.at(-1)!];
  if (last.events <= first.events) return undefined;
  return Math.ceil((moreEvents * (last.atMs - first.atMs)) / (last.events - first.events));
}
