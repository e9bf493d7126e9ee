import {
  PlimsollError,
  US_PER_SECOND,
  type Level,
  type ProfileFile,
  type TimeUs,
  type Verdict,
} from '@plimsoll/contracts';
import type { Budget } from '@plimsoll/detection';
import { applicationLearners, applicationOperators, fixedProfiles } from '@plimsoll/pipelines';
import type { LogRecord } from '@plimsoll/streaming';

import type { Action, AlertEvidence } from './action-scoring.js';
import { alertEvidence, verdictEvidence } from './evidence.js';
import { runDetection } from './detect-run.js';
import { splitEpisodes } from './episode-split.js';
import { learnProfiles } from './learn-profiles.js';
import { actionsOf, type RecordingAt } from './recording-folder.js';
import { replay, sourcesOf } from './replay.js';
import { scoreView, type ViewScore } from './view-score.js';

/** One test episode, judged. */
export interface EpisodeOutcome {
  readonly application: string;
  readonly episode: string;
  readonly actions: readonly Action[];
  readonly verdicts: readonly Verdict[];
  readonly alerts: readonly LogRecord[];
  /** Calls, requests, statements and audit events judged. */
  readonly messages: number;
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
  readonly outcomes: readonly EpisodeOutcome[];
}

export interface EvaluateOptions {
  readonly budget: Budget;
  /** Orders the episodes whose split the recordings leave open. */
  readonly seed?: number;
  readonly privacy?: 'strict' | 'balanced' | 'full';
  readonly onProgress?: (phase: 'learning' | 'replaying', share: number, note: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Learns each application from its benign learn and calibrate episodes, then judges every test episode by itself, each
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
  const { profiles } = await learnProfiles(
    { learn: split.learn.map(sourcesOf), calibrate: split.calibrate.map(sourcesOf) },
    applicationLearners(),
    {
      ...passed(options),
      onProgress: (share, note) => options.onProgress?.('learning', share, `${application}: ${note}`),
    },
  );
  const outcomes: EpisodeOutcome[] = [];
  for (const [i, at] of split.test.entries()) {
    options.onProgress?.('replaying', i / split.test.length, at.recording.episode);
    outcomes.push(await judge(at, profiles, options));
  }
  return { applications: [application], profiles, split: named(split), outcomes };
}

/** Replays one episode through every service in one process. */
export async function judge(
  at: RecordingAt,
  profiles: readonly ProfileFile[],
  options: EvaluateOptions,
): Promise<EpisodeOutcome> {
  const run = await runDetection(
    replay(sourcesOf(at), passed(options)),
    applicationOperators(fixedProfiles(profiles), options.budget),
  );
  return {
    application: at.recording.application,
    episode: at.recording.episode,
    actions: actionsOf(at),
    verdicts: run.verdicts,
    alerts: run.alerts,
    messages: run.messages,
    spanUs: run.endUs - run.startUs,
  };
}

function passed({ privacy, signal }: EvaluateOptions): {
  privacy?: 'strict' | 'balanced' | 'full';
  signal?: AbortSignal;
} {
  return { ...(privacy && { privacy }), ...(signal && { signal }) };
}

function named(split: { [Part in 'learn' | 'calibrate' | 'test']: readonly RecordingAt[] }): Evaluation['split'] {
  const names = (part: readonly RecordingAt[]): string[] =>
    part.map(({ recording }) => `${recording.application}/${recording.episode}`);
  return { learn: names(split.learn), calibrate: names(split.calibrate), test: names(split.test) };
}

/** The rows of the table: what the incidents say, then each level, then each detector alone. */
export function scoreOutcomes(outcomes: readonly EpisodeOutcome[]): ViewScore[] {
  const detectors = [...new Set(outcomes.flatMap(({ verdicts }) => verdicts.map(({ detector }) => detector)))].sort();
  const levels: Level[] = ['sequence', 'frequency', 'log'];
  const viewed = (view: string, evidenceOf: (outcome: EpisodeOutcome) => AlertEvidence[]): ViewScore =>
    scoreView(
      view,
      outcomes.map((outcome) => ({ ...outcome, evidence: evidenceOf(outcome) })),
    );
  const byLevel = levels.map((level) =>
    viewed(level, ({ verdicts }) => verdictEvidence(verdicts.filter((verdict) => verdict.level === level))),
  );
  const byDetector = detectors
    .filter((detector) => !levels.some((level) => level === detector))
    .map((detector) =>
      viewed(detector, ({ verdicts }) => verdictEvidence(verdicts.filter((verdict) => verdict.detector === detector))),
    );
  return [
    viewed('incidents', ({ alerts }) => alertEvidence(alerts)),
    ...byLevel,
    viewed('any level', ({ verdicts }) => verdictEvidence(verdicts)),
    viewed('all levels', ({ verdicts }) => agreedEvidence(verdicts, levels)),
    ...byDetector,
  ];
}

/** Levels agree on evidence that each of them has some of within this. */
const AGREEMENT_US = 5 * US_PER_SECOND;

/** The evidence that every level has evidence near to: what demanding that all levels fire would leave. */
function agreedEvidence(verdicts: readonly Verdict[], levels: readonly Level[]): AlertEvidence[] {
  const byLevel = levels.map((level) => verdictEvidence(verdicts.filter((verdict) => verdict.level === level)));
  return byLevel
    .flat()
    .filter(({ timeUs }) =>
      byLevel.every((evidence) => evidence.some((other) => Math.abs(other.timeUs - timeUs) <= AGREEMENT_US)),
    );
}
