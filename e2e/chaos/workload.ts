import { join } from 'node:path';

import { sealProfile, US_PER_SECOND, type ProfileFile } from '@plimsoll/contracts';
import { findRecordings, firstEventTime, learnProfiles, sourcesOf, type RecordingAt } from '@plimsoll/local-run';
import { applicationLearners } from '@plimsoll/pipelines';

import { retimed, type RetimedSource } from './retimed.js';

/** Recorded attack and benign episodes as the traffic of several applications, one after another and side by side. */
export interface Workload {
  readonly applications: readonly string[];
  readonly profiles: readonly ProfileFile[];
  readonly sources: readonly RetimedSource[];
  /** Event time at which it begins. */
  readonly startMs: number;
  /** Lines of strace in all sources: the calls, as strace counts them. */
  readonly calls: number;
  /** From the first event to the last. */
  readonly spanMs: number;
}

export interface WorkloadOptions {
  readonly recordings: string;
  readonly applications: number;
  /** What their names begin with, `shop` by default. */
  readonly prefix?: string;
  /** Episodes are added until there are so many calls. */
  readonly calls: number;
  /** Profiles of the recorded application; without them they are learned from its recordings. */
  readonly profiles?: readonly ProfileFile[];
}

interface Episode {
  readonly sources: ReturnType<typeof sourcesOf>;
  readonly startS: number;
  readonly lengthS: number;
  readonly calls: number;
}

/** Event time of every workload: fixed, so that the same options give the same identities. */
const START_S = Date.parse('2026-11-24T08:00:00Z') / 1_000;
/** Between an application's episodes. */
const PAUSE_S = 2;

/**
 * Each application replays all test episodes in an order of its own, again and again, in real time. Its containers live
 * as long as an episode; its profiles are those of the recorded application, under its name.
 */
export async function workloadOf(options: WorkloadOptions): Promise<Workload> {
  const { recordings, applications, calls, prefix = 'shop' } = options;
  const found = await findRecordings(join(recordings, 'employee'));
  const split = (name: string): RecordingAt[] => found.filter(({ recording }) => recording.split === name);
  const profiles = options.profiles ?? (await learned(split('learn'), split('calibrate')));
  const episodes: Episode[] = [];
  for (const at of split('test')) episodes.push(await measured(sourcesOf(at)));
  const names = Array.from({ length: applications }, (_, i) => `${prefix}-${i + 1}`);
  const endS = new Map(names.map((name, i) => [name, START_S + i]));
  const sources: RetimedSource[] = [];
  let total = 0;
  for (let round = 0; total < calls; round += 1) {
    for (const [i, application] of names.entries()) {
      const episode = episodes[(round + i * 5) % episodes.length]!;
      const startS = endS.get(application)!;
      endS.set(application, startS + episode.lengthS + PAUSE_S);
      total += episode.calls;
      for (const source of episode.sources) {
        const { workload, container } = source.where;
        sources.push({
          ...source,
          where: { application, workload, container: `${application}/${round}/${container}` },
          stream: `${application}/${round}/${source.stream}`,
          shiftS: startS - episode.startS,
          beginsMs: startS * 1_000,
        });
      }
    }
  }
  return {
    applications: names,
    profiles: names.flatMap((application) => profiles.map((profile) => sealProfile({ ...profile, application }))),
    sources,
    startMs: START_S * 1_000,
    calls: total,
    spanMs: (Math.max(...endS.values()) - START_S) * 1_000,
  };
}

async function learned(
  learn: readonly RecordingAt[],
  calibrate: readonly RecordingAt[],
): Promise<readonly ProfileFile[]> {
  const plan = { learn: learn.map(sourcesOf), calibrate: calibrate.map(sourcesOf) };
  return (await learnProfiles(plan, applicationLearners())).profiles;
}

async function measured(sources: Episode['sources']): Promise<Episode> {
  const startS = Math.floor((await firstEventTime(sources)) / US_PER_SECOND);
  let calls = 0;
  let endMs = 0;
  for (const source of sources) {
    for (const { bytes, timeMs } of await retimed({ ...source, shiftS: 0 })) {
      if (source.kind === 'strace') calls += lines(bytes);
      endMs = Math.max(endMs, timeMs);
    }
  }
  return { sources, startS, lengthS: Math.ceil(endMs / 1_000) - startS, calls };
}

function lines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
