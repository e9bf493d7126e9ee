import { US_PER_MS, type ProfileFile } from '@plimsoll/contracts';
import { DEFAULT_FUSION, type Budget } from '@plimsoll/detection';
import { splitEpisodes } from '@plimsoll/evaluation';
import { asIfNow, EMBEDDED_PARTITIONS, learnProfiles, sourcesOf, type RecordingAt } from '@plimsoll/local-run';
import { applicationLearners, messageRecord, StreamClock } from '@plimsoll/pipelines';
import { systemClock, type EventLog } from '@plimsoll/streaming';

import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';
import { consoleInMemory } from './console-in-memory.js';

/** How often the time is told, and how far back everything has surely been sent. */
const TELL_MS = 10_000;
const BEHIND_MS = 5_000;

/**
 * Learns each application from its benign recordings, opens the console on this machine, and replays the other
 * episodes, those of an application one after the other, as if they happened now. Ends with Ctrl-C.
 */
export async function consoleDemo(recordings: readonly RecordingAt[], budget: Budget, port: number): Promise<void> {
  const signal = stopSignal();
  const { profiles, left } = await learned(recordings, signal);
  const feed = async (log: EventLog): Promise<void> => {
    await Promise.all([...left].map(([application, tests]) => play(application, tests, log, signal)));
  };
  await consoleInMemory({ profiles, budget, port, feed, signal });
}

/** Profiles of everything, and the episodes that are left, by application. */
async function learned(
  recordings: readonly RecordingAt[],
  signal: AbortSignal,
): Promise<{ profiles: readonly ProfileFile[]; left: ReadonlyMap<string, readonly RecordingAt[]> }> {
  const progress = new Progress('learning');
  const applications = [...new Set(recordings.map(({ recording }) => recording.application))].sort();
  const profiles: ProfileFile[] = [];
  const left = new Map<string, readonly RecordingAt[]>();
  for (const [at, application] of applications.entries()) {
    const own = recordings.filter(({ recording }) => recording.application === application);
    const { learn, calibrate, test } = splitEpisodes(own, 1);
    left.set(application, test);
    const plan = { learn: learn.map(sourcesOf), calibrate: calibrate.map(sourcesOf) };
    const onProgress = (share: number): void => {
      progress.update((at + share) / applications.length, application);
    };
    profiles.push(...(await learnProfiles(plan, applicationLearners(), { onProgress, signal })).profiles);
  }
  progress.done(`${profiles.length} profiles of ${applications.join(', ')}`);
  return { profiles, left };
}

async function play(
  application: string,
  episodes: readonly RecordingAt[],
  log: EventLog,
  signal: AbortSignal,
): Promise<void> {
  const clock = new StreamClock(`demo/${application}`, EMBEDDED_PARTITIONS);
  // A quiet application is told the time too, as a collector does: else its levels would count as silent.
  const telling = setInterval(() => {
    void log.publish(clock.at((systemClock.nowMs() - BEHIND_MS) * US_PER_MS));
  }, TELL_MS);
  try {
    for await (const message of asIfNow(episodes.map(sourcesOf), systemClock, signal)) {
      await log.publish([...clock.before([message]), ...clock.withSilence([message]).map(messageRecord)]);
    }
  } finally {
    clearInterval(telling);
  }
  // Nothing more comes: what is open closes by itself.
  if (!signal.aborted) await log.publish(clock.at(systemClock.nowMs() * US_PER_MS + DEFAULT_FUSION.gapUs, true));
}
