import type { LogEvent, SyscallBatch, TimeUs, Verdict, Where } from '@plimsoll/contracts';
import type { Budget, Detector, Learner } from '@plimsoll/detection';
import { replay, sourcesOf, type RecordingAt } from '@plimsoll/local-run';

import type { Action } from './action-scoring.js';
import { splitEpisodes } from './episode-split.js';
import { verdictEvidence } from './evidence.js';
import { actionsOf } from './labelled-actions.js';
import type { ViewedEpisode } from './view-score.js';

/** One episode's system calls, held in memory, with the statements and requests that they carried. */
export interface CallEpisode {
  readonly episode: string;
  readonly actions: readonly Action[];
  readonly batches: readonly SyscallBatch[];
  readonly events: readonly LogEvent[];
  readonly startUs: TimeUs;
  readonly spanUs: TimeUs;
}

/** One test episode as one detector of calls scored it. */
export interface ScoredEpisode extends CallEpisode, ViewedEpisode {
  readonly verdicts: readonly Verdict[];
}

/** The episodes of one application, for scoring the same calls many times over without reading them again. */
export interface CallCorpus {
  readonly application: string;
  readonly learn: readonly CallEpisode[];
  readonly calibrate: readonly CallEpisode[];
  readonly test: readonly CallEpisode[];
}

export interface CorpusOptions {
  /** Orders the episodes whose split the recordings leave open. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number, episode: string) => void;
}

/** Reads every episode of one application: some 30 bytes a call stay in memory. */
export async function callCorpus(recordings: readonly RecordingAt[], options: CorpusOptions = {}): Promise<CallCorpus> {
  const split = splitEpisodes(recordings, options.seed ?? 1);
  const of = recordings.length;
  let done = 0;
  const read = async (part: readonly RecordingAt[]): Promise<CallEpisode[]> => {
    const episodes: CallEpisode[] = [];
    for (const at of part) {
      options.onProgress?.(done++, of, at.recording.episode);
      episodes.push(await readEpisode(at, options.signal));
    }
    return episodes;
  };
  return {
    application: recordings[0]?.recording.application ?? '',
    learn: await read(split.learn),
    calibrate: await read(split.calibrate),
    test: await read(split.test),
  };
}

async function readEpisode(at: RecordingAt, signal: AbortSignal | undefined): Promise<CallEpisode> {
  const batches: SyscallBatch[] = [];
  const events: LogEvent[] = [];
  for await (const message of replay(sourcesOf(at), signal ? { signal } : {})) {
    if (message.topic === 'syscalls') batches.push(message.batch);
    else events.push(message.event);
  }
  let [startUs, endUs] = [Infinity, 0];
  for (const { baseTimeUs, offsetsUs } of batches) {
    startUs = Math.min(startUs, baseTimeUs);
    endUs = Math.max(endUs, baseTimeUs + (offsetsUs.at(-1) ?? 0));
  }
  const span = batches.length === 0 ? { startUs: 0, spanUs: 0 } : { startUs, spanUs: endUs - startUs };
  return { episode: at.recording.episode, actions: actionsOf(at), batches, events, ...span };
}

/**
 * Learns each workload of the corpus with its own learner and scores every test episode with one detector of calls, as
 * the stream would.
 */
export function scoreCalls<State, Model>(
  corpus: CallCorpus,
  detector: Detector<SyscallBatch, State, Model>,
  learnerOf: (of: Pick<Where, 'application' | 'workload'>) => Learner<SyscallBatch>,
  budget: Budget,
): ScoredEpisode[] {
  const models = new Map<string, Model>();
  for (const workload of workloadsOf(corpus)) {
    const learner = learnerOf({ application: corpus.application, workload });
    for (const batch of batchesOf(corpus.learn, workload)) learner.learn(batch);
    for (const batch of batchesOf(corpus.calibrate, workload)) learner.calibrate(batch);
    models.set(workload, detector.prepare(learner.finish(), budget));
  }
  return corpus.test.map((episode) => {
    const states = new Map<string, State>();
    const messages = episode.batches.flatMap((batch) => {
      const state = states.get(batch.container) ?? detector.start();
      states.set(batch.container, state);
      const model = models.get(batch.workload);
      return model === undefined ? [] : detector.step(state, batch, model);
    });
    const verdicts = messages.filter((message) => message.type === 'verdict');
    return { ...episode, verdicts, evidence: verdictEvidence(verdicts) };
  });
}

/** Workloads whose calls the learn episodes hold. */
export function workloadsOf({ learn }: CallCorpus): string[] {
  return [...new Set(learn.flatMap(({ batches }) => batches.map(({ workload }) => workload)))].sort();
}

export function batchesOf(episodes: readonly CallEpisode[], workload: string): SyscallBatch[] {
  return episodes.flatMap(({ batches }) => batches.filter((batch) => batch.workload === workload));
}
