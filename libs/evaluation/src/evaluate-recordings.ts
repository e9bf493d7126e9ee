import { PlimsollError, type Level, type ProfileFile, type TimeUs, type Verdict } from '@plimsoll/contracts';
import type { Budget } from '@plimsoll/detection';
import type { SourceReport } from '@plimsoll/sources';
import { learnProfiles, replay, runDetection, sourcesOf, type RecordingAt } from '@plimsoll/local-run';
import { applicationLearners, applicationOperators, fixedProfiles, type CollectorMessage } from '@plimsoll/pipelines';
import type { LogRecord } from '@plimsoll/streaming';

import type { Action } from './action-scoring.js';
import { splitEpisodes } from './episode-split.js';
import { actionsOf } from './labelled-actions.js';
import { RequestTimes } from './request-times.js';

/** One test episode, scored. */
export interface EpisodeOutcome {
  readonly application: string;
  readonly episode: string;
  readonly actions: readonly Action[];
  readonly verdicts: readonly Verdict[];
  readonly alerts: readonly LogRecord[];
  /** Web requests and audit events, one of each that several sources report: what an attack is labelled on. */
  readonly requests: readonly { readonly id: string; readonly timeUs: TimeUs }[];
  /** By event, the time of a request that its own source tells to the second, as another source has it. */
  readonly preciseUs: ReadonlyMap<string, TimeUs>;
  /** Windows and events that each level scored. */
  readonly scored: Readonly<Record<Level, number>>;
  /** Calls, requests, statements and audit events read. */
  readonly messages: number;
  /** Verdicts that came too late to be joined. */
  readonly late: number;
  readonly startUs: TimeUs;
  readonly spanUs: TimeUs;
}

export interface Evaluation {
  readonly applications: readonly string[];
  readonly profiles: readonly ProfileFile[];
  readonly split: {
    readonly learn: readonly string[];
    readonly calibrate: readonly string[];
    readonly test: readonly string[];
  };
  /** At the budget asked for. */
  readonly outcomes: readonly EpisodeOutcome[];
  /** The same episodes at the budgets of `alsoAt`, in their order. */
  readonly others: readonly { readonly budget: Budget; readonly outcomes: readonly EpisodeOutcome[] }[];
}

export interface EvaluateOptions {
  readonly budget: Budget;
  /** Budgets at which every test episode is scored again; each costs another replay. */
  readonly alsoAt?: readonly Budget[];
  /** Orders the episodes whose split the recordings leave open. */
  readonly seed?: number;
  readonly privacy?: 'strict' | 'balanced' | 'full';
  /** Alters or leaves out messages, of learning and of the test episodes. */
  readonly alter?: (message: CollectorMessage) => CollectorMessage | undefined;
  readonly onProgress?: (phase: 'learning' | 'replaying', share: number, note: string) => void;
  /** Told of each source that is learned from or scored what became of its lines, once. */
  readonly onRead?: (report: SourceReport) => void;
  readonly signal?: AbortSignal;
}

/**
 * Learns each application from its benign learn and calibrate episodes, then scores every test episode by itself, each
 * in a fresh run of every service. Throws `empty-source` where an application has nothing benign to learn from.
 */
export async function evaluateRecordings(
  recordings: readonly RecordingAt[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const applications = [...new Set(recordings.map((at) => at.recording.application))].sort();
  const parts: Evaluation[] = [];
  for (const application of applications) {
    parts.push(
      await evaluateApplication(
        application,
        recordings.filter((at) => at.recording.application === application),
        options,
      ),
    );
  }
  return {
    applications,
    profiles: parts.flatMap((part) => part.profiles),
    split: {
      learn: parts.flatMap((part) => part.split.learn),
      calibrate: parts.flatMap((part) => part.split.calibrate),
      test: parts.flatMap((part) => part.split.test),
    },
    outcomes: parts.flatMap((part) => part.outcomes),
    others: (options.alsoAt ?? []).map((budget, i) => ({
      budget,
      outcomes: parts.flatMap((part) => part.others[i]!.outcomes),
    })),
  };
}

async function evaluateApplication(
  application: string,
  recordings: readonly RecordingAt[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const split = splitEpisodes(recordings, options.seed ?? 1);
  const misplaced = [...split.learn, ...split.calibrate].find((at) => at.recording.attacks.length > 0);
  if (misplaced) {
    throw new PlimsollError(
      'wrong-kind',
      `${misplaced.folder}: an episode with attacks is marked ${misplaced.recording.split ?? ''}`,
    );
  }
  if (split.learn.length === 0)
    throw new PlimsollError('empty-source', `${application}: no benign episode to learn from`);
  const { profiles, reports } = await learnProfiles(
    { learn: split.learn.map(sourcesOf), calibrate: split.calibrate.map(sourcesOf) },
    applicationLearners(),
    {
      ...passed(options),
      onProgress: (share, note) => options.onProgress?.('learning', share, `${application}: ${note}`),
    },
  );
  for (const { report } of reports) options.onRead?.(report);
  const runs: { budget: Budget; outcomes: EpisodeOutcome[] }[] = [];
  const { onRead, ...silent } = options;
  for (const [run, budget] of [options.budget, ...(options.alsoAt ?? [])].entries()) {
    const telling = run === 0 && onRead ? { ...silent, onRead } : silent;
    const outcomes: EpisodeOutcome[] = [];
    for (const [i, at] of split.test.entries()) {
      const note = `${at.recording.episode} at ${budget.falseAlertsPerDay} a day`;
      options.onProgress?.('replaying', i / split.test.length, note);
      outcomes.push(await replayEpisode(at, profiles, { ...telling, budget }));
    }
    runs.push({ budget, outcomes });
  }
  const [{ outcomes } = { outcomes: [] }, ...others] = runs;
  return { applications: [application], profiles, split: named(split), outcomes, others };
}

/** Replays one episode through every service in one process. */
export async function replayEpisode(
  at: RecordingAt,
  profiles: readonly ProfileFile[],
  options: EvaluateOptions,
): Promise<EpisodeOutcome> {
  const { onRead } = options;
  const scored: Record<Level, number> = { sequence: 0, frequency: 0, log: 0, process: 0 };
  const requests = new RequestTimes();
  const run = await runDetection(
    noting(replay(sourcesOf(at), { ...passed(options), ...(onRead && { onRead }) }), requests),
    applicationOperators(fixedProfiles(profiles), options.budget),
    {
      onVerdict(message) {
        if (message.type !== 'coverage') return;
        scored[message.level] += (message.windows.normal ?? 0) + (message.windows.anomalous ?? 0);
      },
    },
  );
  return {
    application: at.recording.application,
    episode: at.recording.episode,
    actions: actionsOf(at),
    verdicts: run.verdicts,
    alerts: run.alerts,
    requests: requests.requests(),
    preciseUs: requests.precise(),
    scored,
    messages: run.messages,
    late: run.late,
    startUs: run.startUs,
    spanUs: run.endUs - run.startUs,
  };
}

async function* noting(
  messages: AsyncIterable<CollectorMessage>,
  requests: RequestTimes,
): AsyncGenerator<CollectorMessage> {
  for await (const message of messages) {
    if (message.topic === 'logs') requests.note(message.event);
    yield message;
  }
}

function passed({ privacy, alter, signal }: EvaluateOptions): Pick<EvaluateOptions, 'privacy' | 'alter' | 'signal'> {
  return { ...(privacy && { privacy }), ...(alter && { alter }), ...(signal && { signal }) };
}

function named(split: { [Part in 'learn' | 'calibrate' | 'test']: readonly RecordingAt[] }): Evaluation['split'] {
  const names = (part: readonly RecordingAt[]): string[] =>
    part.map(({ recording }) => `${recording.application}/${recording.episode}`);
  return { learn: names(split.learn), calibrate: names(split.calibrate), test: names(split.test) };
}
