import type { RecordingAt } from '@plimsoll/local-run';

import { seededRandom } from './intervals.js';

export interface EpisodeSplit {
  readonly learn: readonly RecordingAt[];
  readonly calibrate: readonly RecordingAt[];
  readonly test: readonly RecordingAt[];
}

/** Shares of the benign episodes where the recordings do not say: the rest is test. */
const LEARN_SHARE = 0.5;
const CALIBRATE_SHARE = 0.2;

/**
 * Splits whole episodes before anything is windowed. A recording's own `split` is kept; benign episodes without one are
 * shuffled by `seed` and shared 50/20/30; attacks without one are test. At least one episode learns and one calibrates
 * where there are two benign ones.
 */
export function splitEpisodes(recordings: readonly RecordingAt[], seed: number): EpisodeSplit {
  const of = (split: string): RecordingAt[] => recordings.filter((at) => at.recording.split === split);
  const open = recordings.filter((at) => at.recording.split === undefined);
  const attacks = open.filter((at) => at.recording.attacks.length > 0);
  const benign = shuffled(
    open.filter((at) => at.recording.attacks.length === 0),
    seed,
  );
  const learnUntil = Math.max(1, Math.round(benign.length * LEARN_SHARE));
  const calibrateUntil = learnUntil + Math.max(1, Math.round(benign.length * CALIBRATE_SHARE));
  return {
    learn: [...of('learn'), ...benign.slice(0, learnUntil)],
    calibrate: [...of('calibrate'), ...benign.slice(learnUntil, calibrateUntil)],
    test: [...of('test'), ...benign.slice(calibrateUntil), ...attacks],
  };
}

/**
 * One application's recordings with another split: of the benign episodes a seed draws which learn, calibrate and test,
 * as many of each as `splitEpisodes` has; attacks are test.
 */
export function redrawnSplit(recordings: readonly RecordingAt[], seed: number): RecordingAt[] {
  const { learn, calibrate, test } = splitEpisodes(recordings, seed);
  const isBenign = ({ recording }: RecordingAt): boolean => recording.attacks.length === 0;
  const benign = shuffled([...learn, ...calibrate, ...test.filter(isBenign)], seed);
  const parts = [
    ['learn', benign.slice(0, learn.length)],
    ['calibrate', benign.slice(learn.length, learn.length + calibrate.length)],
    ['test', [...benign.slice(learn.length + calibrate.length), ...test.filter((at) => !isBenign(at))]],
  ] as const;
  return parts.flatMap(([split, part]) => part.map((at) => ({ ...at, recording: { ...at.recording, split } })));
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
