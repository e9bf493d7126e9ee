import process from 'node:process';

import { printable } from '@plimsoll/contracts';
import { learnLive } from '@plimsoll/local-run';
import { LearningCourses } from '@plimsoll/pipelines';

import { learnersFor, type KeyGroups } from './key-groups.js';
import { withWorkload, type LiveArgument } from './live-argument.js';
import { liveTraces } from './live-traces.js';
import { stopSignal } from './stop-signal.js';
import { LearningPace } from './terminal/learning-pace.js';
import { LiveCounts } from './terminal/live-counts.js';

export interface LiveLearningOptions {
  readonly application?: string | undefined;
  live: LiveArgument[];
  keyGroup: KeyGroups;
  privacy: 'strict' | 'balanced' | 'full';
}

const TELL_EVERY_MS = 5_000;

/** Learns from running processes until Ctrl-C, and tells every few seconds what was seen and how far learning is. */
export async function learnFromLive({
  application = 'default',
  live,
  keyGroup,
  privacy,
}: LiveLearningOptions): ReturnType<typeof learnLive> {
  const targets = live.map(withWorkload);
  const failed = new AbortController();
  const signal = AbortSignal.any([stopSignal(), failed.signal]);
  const seen = new LiveCounts(targets.map(({ workload }) => workload));
  const sinceMs = performance.now();
  const streams = liveTraces(application, targets, {
    privacy,
    signal,
    prompt: false,
    onInterrupt: 'Ctrl-C ends learning',
  });
  const told = setInterval(() => {
    process.stderr.write(`${seen.words()}\n`);
    for (const hint of seen.hints(performance.now() - sinceMs)) process.stderr.write(`${printable(hint)}\n`);
  }, TELL_EVERY_MS);
  const courses = new LearningCourses();
  const pace = new LearningPace((text) => process.stderr.write(text));
  const learned = await learnLive(streams, learnersFor(keyGroup), {
    onMessage: (message) => {
      seen.add(message);
    },
    onProgress: (groups) => {
      pace.tell(courses.take(groups, Date.now()));
    },
  }).finally(() => {
    clearInterval(told);
    // Where one trace fails, the others are let go.
    failed.abort();
  });
  process.stderr.write(`${seen.words()}\n`);
  return learned;
}
