import process from 'node:process';

import { encodeJson, PlimsollError, US_PER_MS, type LearningCourse, type ProfileFile } from '@plimsoll/contracts';
import { MAX_AUDIT_ENTRIES, type IncidentStore } from '@plimsoll/incidents';
import {
  learnFromTopics,
  LearningCourses,
  type IncidentSpan,
  type TopicLearned,
  type TopicLearningPlan,
  type TopicLearningProgress,
} from '@plimsoll/pipelines';

import { benignBy, spansOf } from './benign-decisions.js';
import { learnersFor, type KeyGroups } from './key-groups.js';
import { stopSignal } from './stop-signal.js';
import { LearningPace } from './terminal/learning-pace.js';
import { Progress } from './terminal/progress.js';

export interface TopicLearningOptions {
  readonly since?: string;
  readonly until?: string;
  readonly follow?: true;
  readonly giveUp?: string;
  readonly leaveOut?: true;
  readonly application?: string | undefined;
  readonly name?: string;
  readonly keyGroup: KeyGroups;
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PAGE = 500;

/** Learns from the topics of the stack that the environment names. While following, `onReady` has each profile as it is ready. */
export async function learnFromStack(
  options: TopicLearningOptions,
  onReady: (profile: ProfileFile) => Promise<void>,
): Promise<TopicLearned> {
  const nowMs = Date.now();
  const sinceUs = options.since === undefined ? undefined : timeUs(options.since, nowMs);
  const untilUs = options.until === undefined ? undefined : timeUs(options.until, nowMs);
  if (options.follow === true && untilUs !== undefined) {
    throw new PlimsollError('bad-configuration', '--follow ends by itself: leave out --until');
  }
  const giveUp = givenUp(options);
  const { kafkaLog, redisStores } = await import('./stack.js');
  const log = kafkaLog('plimsoll-learn');
  const progress = new Progress('learning');
  const pace = new LearningPace((text) => {
    progress.clear();
    process.stderr.write(text);
  });
  try {
    const stores = await redisStores();
    const courses = new LearningCourses();
    const show = (course: LearningCourse): Promise<void> => stores.profiles.putLearning(course, encodeJson(course));
    try {
      const { application, follow } = options;
      return await learnFromTopics(
        {
          name: options.name ?? nameOf(options),
          follow: follow === true,
          ...(giveUp === undefined ? {} : { giveUp }),
          incidents: await incidentSpans(stores.incidents, application),
          ...(application === undefined ? {} : { application }),
          ...(sinceUs === undefined ? {} : { sinceUs }),
          ...(untilUs === undefined ? {} : { untilUs }),
        },
        {
          log,
          store: stores.learning,
          learners: learnersFor(options.keyGroup),
          signal: stopSignal(),
          onReady: async (profile) => {
            progress.clear();
            await onReady(profile);
            if (follow === true) await show(courses.end(profile, Date.now()));
          },
          onWaiting: (reason) => {
            progress.clear();
            process.stderr.write(`waiting, nothing is lost: ${reason}\n`);
          },
          onProgress: (told) => {
            progress.update(told.share, noteOf(told));
            if (follow !== true || told.groups === undefined) return;
            const now = courses.take(told.groups, Date.now());
            // Learning waits for nobody who watches: what is not shown now is shown with the next.
            if (pace.tell(now)) for (const course of now) show(course).catch(() => undefined);
          },
        },
      );
    } finally {
      await stores.close();
    }
  } finally {
    progress.clear();
    await log.close();
  }
}

/** Throws `bad-configuration` where nothing would be waited for. */
function givenUp({ follow, giveUp, leaveOut }: TopicLearningOptions): TopicLearningPlan['giveUp'] {
  if (giveUp === undefined && leaveOut === undefined) return undefined;
  if (follow !== true || giveUp === undefined) {
    throw new PlimsollError('bad-configuration', '--give-up TIME goes with --follow, and --leave-out with --give-up');
  }
  return { afterMs: spanMs(giveUp), unconverged: leaveOut === true ? 'leave-out' : 'hand-over' };
}

/** The same options take the same learning up again. */
function nameOf({ application, since, until, follow, keyGroup }: TopicLearningOptions): string {
  const groups = [...keyGroup].map(([workload, calls]) => `${workload}=${calls.join(',')}`);
  return [application ?? '*', since ?? '', until ?? '', String(follow), ...groups].join(' ');
}

function noteOf({ stage, messages, groups }: TopicLearningProgress): string {
  const open = groups?.filter(({ converged }) => !converged) ?? [];
  const worst = open.map(({ name, novelty, gaps }) => `${name} ${gaps > 0 ? `${gaps} losses` : novelty.toFixed(3)}`)[0];
  return `${stage}, ${messages} messages${worst === undefined ? '' : `; not yet: ${worst}`}`;
}

/** When every incident was, and whether an analyst called it benign, as the audit trail has it. */
async function incidentSpans(store: IncidentStore, application: string | undefined): Promise<IncidentSpan[]> {
  const benign = benignBy(await store.auditTrail(MAX_AUDIT_ENTRIES));
  const spans: IncidentSpan[] = [];
  let untrailed = 0;
  let after: string | undefined;
  do {
    const page = await store.list(application === undefined ? {} : { application }, PAGE, after);
    for (const incident of page.incidents) {
      // What was merged into another is told by that one.
      if (incident.state === 'merged') continue;
      const called = benign(incident);
      if (called === 'untrailed') untrailed += 1;
      spans.push(...spansOf(incident, called === 'yes'));
    }
    after = page.next;
  } while (after !== undefined);
  if (untrailed > 0) {
    process.stderr.write(
      `${untrailed} incidents are called benign, but the audit trail shows nobody who decided so: they are left out\n`,
    );
  }
  return spans;
}

/** `2026-11-25T18:00:00Z`, `now`, or how long ago: `30m`, `6h`. Throws `bad-configuration` on another text. */
export function timeUs(text: string, nowMs: number): number {
  if (text === 'now') return nowMs * US_PER_MS;
  const ago = spanOf(text);
  if (ago !== undefined) return (nowMs - ago) * US_PER_MS;
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw new PlimsollError('bad-configuration', `${text} is not a time: write 2026-11-25T18:00:00Z, now, 30m or 6h`);
  }
  return timeMs * US_PER_MS;
}

/** `30m`, `6h` in milliseconds; undefined for another text. */
function spanOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNITS[unit as keyof typeof UNITS];
}

function spanMs(text: string): number {
  const span = spanOf(text);
  if (span !== undefined) return span;
  throw new PlimsollError('bad-configuration', `${text} is no span of time: write 90m, 12h or 2d`);
}
