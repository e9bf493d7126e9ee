import { Level, type TimeUs } from '@plimsoll/contracts';
import { type Baseline, BUDGET_SHARES, type Budget, pValue } from '@plimsoll/detection';

import type { Action } from '../action-scoring.js';
import { batchesOf, workloadsOf, type CallCorpus, type ScoredEpisode } from '../call-corpus.js';
import type { EpisodeOutcome } from '../evaluate-recordings.js';
import { namedByAlerts, namedByVerdicts } from '../evidence.js';
import type { NamedEvent } from '../request-scoring.js';
import { calibrated } from '../score-calibration.js';

/** One test episode and what was said of it. */
export interface SeenEpisode {
  readonly application: string;
  readonly episode: string;
  readonly actions: readonly Action[];
  readonly evidence: readonly NamedEvent[];
  readonly startUs: TimeUs;
  readonly spanUs: TimeUs;
}

/** The test episodes as one detector, level or the incidents saw them: every table is made of these. */
export interface View {
  readonly name: string;
  readonly episodes: readonly SeenEpisode[];
}

/** The incidents, each level by itself, and the detector that alerts on every request. */
export function outcomeViews(outcomes: readonly EpisodeOutcome[]): View[] {
  const view = (name: string, evidenceOf: (outcome: EpisodeOutcome) => NamedEvent[]): View => ({
    name,
    episodes: outcomes.map((outcome) => ({ ...seenOf(outcome), evidence: evidenceOf(outcome) })),
  });
  return [
    view('fused', namedByAlerts),
    ...Level.options.map((level) => view(level, (outcome) => namedByVerdicts(outcome, level))),
    view('always alert', ({ requests }) =>
      requests.map(({ id, timeUs }) => ({
        id,
        timeUs,
        saidUs: timeUs,
        window: false,
        incident: id,
        path: 'unknown',
      })),
    ),
  ];
}

/** A window of calls has its own time. */
const NO_LOGS: ReadonlyMap<string, TimeUs> = new Map();

/** What a detector of calls makes of one application. */
export function variantView(
  name: string,
  application: string,
  level: 'sequence' | 'frequency',
  scored: readonly ScoredEpisode[],
): View {
  return {
    name,
    episodes: scored.map((episode) => ({
      ...seenOf({ ...episode, application }),
      evidence: namedByVerdicts({ ...episode, preciseUs: NO_LOGS }, level),
    })),
  };
}

/** A scorer sees windows of this many calls. */
const SCORER_CALLS = 1_000;
/** And may spend as much of the budget as the larger of our two detectors of calls. */
const SCORER_SHARE = Math.max(BUDGET_SHARES.sequence, BUDGET_SHARES.frequency);

/**
 * What a scorer (a published detector, or a researcher's own) makes of one application: fitted to each workload's learn
 * episodes, a threshold from the calibrate episodes and the budget, each window of calls at the time of its last call.
 * Throws `bad-profile` where a benign score is not finite.
 */
export function scorerView(scorer: Baseline, corpus: CallCorpus, budget: Budget): View {
  const found = new Map(corpus.test.map((episode) => [episode.episode, [] as NamedEvent[]]));
  for (const workload of workloadsOf(corpus)) {
    const tracesIn = (episode: CallCorpus['test'][number]): TimedTrace[] => timedTraces([episode], workload);
    const fitted = scorer.fit(corpus.learn.flatMap(tracesIn).map(({ calls }) => calls));
    const runs = corpus.calibrate.map((episode) =>
      tracesIn(episode).flatMap(({ calls }) => fitted.windows(calls, SCORER_CALLS)),
    );
    const learned = corpus.learn
      .flatMap(tracesIn)
      .reduce((sum, { calls }) => sum + Math.ceil(calls.length / SCORER_CALLS), 0);
    const { calibration, threshold } = calibrated(corpus, runs, learned, budget, SCORER_SHARE);
    for (const episode of corpus.test) {
      for (const { calls, timesUs, container } of tracesIn(episode)) {
        for (const [i, score] of fitted.windows(calls, SCORER_CALLS).entries()) {
          if (pValue(calibration, score) > threshold) continue;
          const timeUs = timesUs[Math.min((i + 1) * SCORER_CALLS, calls.length) - 1]!;
          const id = `${container} ${i}`;
          found.get(episode.episode)!.push({ id, timeUs, saidUs: timeUs, window: true, incident: id, path: 'unknown' });
        }
      }
    }
  }
  return {
    name: scorer.name,
    episodes: corpus.test.map((episode) => ({
      ...seenOf({ ...episode, application: corpus.application }),
      evidence: found.get(episode.episode) ?? [],
    })),
  };
}

interface TimedTrace {
  readonly container: string;
  readonly calls: Uint16Array;
  readonly timesUs: readonly TimeUs[];
}

/** Each container's calls in their order. */
function timedTraces(episodes: readonly CallCorpus['test'][number][], workload: string): TimedTrace[] {
  const containers = new Map<string, { calls: number[]; timesUs: number[] }>();
  for (const { container, baseTimeUs, offsetsUs, numbers, count } of batchesOf(episodes, workload)) {
    const trace = containers.get(container) ?? { calls: [], timesUs: [] };
    containers.set(container, trace);
    for (let i = 0; i < count; i++) {
      trace.calls.push(numbers[i]!);
      trace.timesUs.push(baseTimeUs + offsetsUs[i]!);
    }
  }
  return [...containers].map(([container, { calls, timesUs }]) => ({
    container,
    calls: Uint16Array.from(calls),
    timesUs,
  }));
}

function seenOf({ application, episode, actions, startUs, spanUs }: Omit<SeenEpisode, 'evidence'>): SeenEpisode {
  return { application, episode, actions, startUs, spanUs, evidence: [] };
}
