import { CALL_NUMBERS, callName, type Evidence, type SyscallBatch } from '@plimsoll/contracts';

import { pValue } from '../calibration/index.js';
import type { Detector } from '../detector.js';
import { type VerdictWriterOptions, type Finding, UNSCORED, WEAK_P_VALUE } from '../syscall-windows/verdict-writer.js';
import { severityOf } from '../syscall-windows/severity.js';
import { windowDetector, type WindowScorer } from '../syscall-windows/window-detector.js';
import { countCalls, READ_SIZES_AT, TOTAL_AT, WRITE_SIZES_AT } from './call-counts.js';
import { distanceOf, triangle } from './covariance.js';
import { featuresOf } from './features.js';
import { type FrequencyModel, frequencyModel } from './frequency-model.js';
import {
  decodeFrequencyState,
  encodeFrequencyState,
  type FrequencyState,
  startFrequencyState,
} from './frequency-state.js';
import { isSlow } from './pace.js';
import { closePiece, forgetPieces, summed, windowPieces } from './pieces.js';

const MAX_EVIDENCE = 8;
/** Calls named of those that have no share of their own. */
const MAX_OTHERS = 6;

/**
 * Scores what a container's calls are made of: the shares of the calls, and of the sizes read and written, in the last
 * pieces of its stream, by Mahalanobis's distance from benign windows. How many calls there are a second does not
 * count: that is load. Only windows slower than any that were learned are left out.
 *
 * Score: the distance (0 … unbounded). Cost: one addition a call (two where sizes are known), features² a piece.
 * Source: Mahalanobis 1936; Ledoit and Wolf 2004 (the spread); Castanhel et al. 2021 (calls of containers).
 */
export function frequencyDetector(
  options: { readonly publish?: VerdictWriterOptions['publish'] } = {},
): Detector<SyscallBatch, FrequencyState, FrequencyModel> {
  return windowDetector(
    {
      level: 'frequency',
      prepare: frequencyModel,
      start: startFrequencyState,
      encode: encodeFrequencyState,
      decode: decodeFrequencyState,
      windowCalls: (model: FrequencyModel) => model.options.pieceCalls,
      scorer: (state, model) => new Scorer(state, model),
    },
    options.publish,
  );
}

/** One batch through one container's state. */
class Scorer implements WindowScorer<FrequencyModel> {
  readonly #state: FrequencyState;
  readonly #model: FrequencyModel | undefined;

  constructor(state: FrequencyState, model: FrequencyModel | undefined) {
    this.#state = state;
    this.#model = model;
  }

  startOver(): void {
    forgetPieces(this.#state);
  }

  calls(batch: SyscallBatch, from: number, to: number): void {
    if (this.#model) countCalls(batch, from, to, this.#state.open);
  }

  next(starting: boolean): void {
    if (starting || isSlow(this.#state.window, this.#model?.slowest)) forgetPieces(this.#state);
    else closePiece(this.#state, this.#model?.options.pieces ?? 1);
  }

  forget(): void {
    forgetPieces(this.#state);
  }

  score(model: FrequencyModel, enough: boolean): Finding | undefined {
    if (!enough || isSlow(this.#state.window, model.slowest)) return undefined;
    const { open, past } = this.#state;
    const pieces = windowPieces(open, past, model.options.pieces);
    const point = featuresOf(pieces, model.counters);
    const score = distanceOf(point, model.mean, model.factor);
    const p = pValue(model.calibration, score);
    const anomalous = p <= model.threshold && !isTold(pieces, score, model);
    return {
      ...UNSCORED,
      state: anomalous ? 'anomalous' : 'normal',
      pValue: p,
      score,
      severity: severityOf(p, model.threshold),
      finding: 'unusual-shares',
      evidence: p <= Math.max(WEAK_P_VALUE, model.threshold) ? this.#evidence(point, summed(pieces), model) : [],
    };
  }

  /** The shares that stand out most, each against its own benign range. */
  #evidence(point: Float64Array, counts: Uint32Array, model: FrequencyModel): Evidence[] {
    const { stream, window } = this.#state;
    const distances = Array.from(point, (value, i) => {
      // The diagonal of the covariance, back from its factor: the feature's own spread.
      let variance = 0;
      for (let k = 0; k <= i; k++) variance += model.factor[triangle(i) + k]! ** 2;
      return Math.abs(value - model.mean[i]!) / Math.sqrt(variance);
    });
    const order = [...distances.keys()].sort((one, other) => distances[other]! - distances[one]!);
    return order
      .filter((i) => distances[i]! > 2)
      .slice(0, MAX_EVIDENCE)
      .map((i) => {
        const { name, place: counter, range } = model.features[i]!;
        return {
          kind: 'call-share',
          event: `${stream}#${window.startOrdinal}`,
          timeUs: window.endUs,
          observed: `${name}: ${percent(point[i]! ** 2)} of ${wholeWords(counter, counts, model.counters)}`,
          expected: `${percent(range[0])} to ${percent(range[2])} in 98 % of benign windows, usually ${percent(range[1])}`,
          score: distances[i]!,
        };
      });
  }
}

/** A window looks back on pieces that were scored before: what the newest makes more ordinary was told with them. */
function isTold(pieces: readonly Uint32Array[], score: number, { counters, mean, factor }: FrequencyModel): boolean {
  return pieces.length > 1 && score < distanceOf(featuresOf(pieces.slice(0, -1), counters), mean, factor);
}

/** What a share is a share of; of 'all other calls' also which they are, the most frequent first. */
function wholeWords(counter: number | undefined, counts: Uint32Array, counters: readonly number[]): string {
  const calls = `the window's ${counts[TOTAL_AT]!} calls`;
  if (counter !== undefined && counter >= WRITE_SIZES_AT) return 'what was written';
  if (counter !== undefined && counter >= READ_SIZES_AT) return 'what was read';
  if (counter !== undefined) return calls;
  const others = [...counts.subarray(0, CALL_NUMBERS).keys()].filter(
    (call) => counts[call]! > 0 && !counters.includes(call),
  );
  others.sort((one, other) => counts[other]! - counts[one]! || one - other);
  const named = others.slice(0, MAX_OTHERS).map((call) => `${callName(call)} ${counts[call]!}`);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  return named.length === 0 ? calls : `${calls}: ${named.join(', ')}${more}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
