import process from 'node:process';

import { encodeJson, PlimsollError, type LearningCourse, type ProfileFile } from '@plimsoll/contracts';
import {
  learnFromTopics,
  LearningCourses,
  type TopicLearned,
  type TopicLearningParts,
  type TopicLearningPlan,
  type TopicLearningProgress,
} from '@plimsoll/pipelines';
import type { ProfileStore } from '@plimsoll/streaming';

import { incidentSpans } from './incident-spans.js';
import { learnersFor, type KeyGroups } from './key-groups.js';
import { stopSignal } from './stop-signal.js';
import { LearningPace } from './terminal/learning-pace.js';
import { Progress } from './terminal/progress.js';
import { spanMs, timeUs } from './time-text.js';

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

/** Learns from the topics of the stack that the environment names. While following, `onReady` has each profile as it is ready. */
export async function learnFromStack(
  options: TopicLearningOptions,
  onReady: (profile: ProfileFile) => Promise<void>,
): Promise<TopicLearned> {
  const plan = planOf(options, Date.now());
  const { kafkaLog, redisStores } = await import('./stack.js');
  const log = kafkaLog('plimsoll-learn');
  const progress = new Progress('learning');
  try {
    const stores = await redisStores();
    try {
      const incidents = await incidentSpans(stores.incidents, options.application);
      return await learnFromTopics(
        { ...plan, incidents },
        {
          log,
          store: stores.learning,
          learners: learnersFor(options.keyGroup),
          signal: stopSignal(),
          ...telling(plan.follow, progress, stores.profiles, onReady),
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

function planOf(options: TopicLearningOptions, nowMs: number): Omit<TopicLearningPlan, 'incidents'> {
  const { application, since, until } = options;
  const sinceUs = since === undefined ? undefined : timeUs(since, nowMs);
  const untilUs = until === undefined ? undefined : timeUs(until, nowMs);
  const follow = options.follow === true;
  if (follow && untilUs !== undefined) {
    throw new PlimsollError('bad-configuration', '--follow ends by itself: leave out --until');
  }
  const giveUp = givenUp(options);
  return {
    name: options.name ?? nameOf(options),
    follow,
    ...(giveUp === undefined ? {} : { giveUp }),
    ...(application === undefined ? {} : { application }),
    ...(sinceUs === undefined ? {} : { sinceUs }),
    ...(untilUs === undefined ? {} : { untilUs }),
  };
}

/** Tells people of the learning, on standard error and, while following, by the store that the console shows it from. */
function telling(
  follow: boolean,
  progress: Progress,
  store: Pick<ProfileStore, 'putLearning'>,
  onReady: (profile: ProfileFile) => Promise<void>,
): Pick<TopicLearningParts, 'onReady' | 'onWaiting' | 'onProgress'> {
  const say = (text: string): void => {
    progress.clear();
    process.stderr.write(text);
  };
  const pace = new LearningPace(say);
  const courses = new LearningCourses();
  const show = (course: LearningCourse): Promise<void> => store.putLearning(course, encodeJson(course));
  return {
    async onReady(profile) {
      progress.clear();
      await onReady(profile);
      if (follow) await show(courses.end(profile, Date.now()));
    },
    onWaiting(reason) {
      say(`waiting, nothing is lost: ${reason}\n`);
    },
    onProgress(told) {
      progress.update(told.share, noteOf(told));
      if (!follow || told.groups === undefined) return;
      const now = courses.take(told.groups, Date.now());
      // Learning waits for nobody who watches: what is not shown now is shown with the next.
      if (pace.tell(now)) for (const course of now) show(course).catch(() => undefined);
    },
  };
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
