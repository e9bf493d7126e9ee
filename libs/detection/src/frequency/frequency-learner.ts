import {
  CALL_NUMBERS,
  PlimsollError,
  type ProfileFile,
  sealProfile,
  type SyscallBatch,
  type Where,
} from '@plimsoll/contracts';
import { z } from 'zod';

import type { FoldLearner } from '../calibration/cross-calibration.js';
import { fitCalibration } from '../calibration/index.js';
import type { LearningProgress } from '../detector.js';
import { learningOutlook, outlookNotes } from '../learning/outlook.js';
import { Count, decodeSnapshot, encodeSnapshot } from '../learning/snapshot.js';
import { StateReader, StateWriter } from '../syscall-windows/bytes.js';
import { accepts } from '../syscall-windows/serving.js';
import { LearnedTime, LearnedTimeData } from '../syscall-windows/learned-time.js';
import { COMPLETE_NOVELTY } from '../syscall-windows/novelty.js';
import {
  cutWindows,
  DEFAULT_WINDOW_BOUNDS,
  type WindowBounds,
  type WindowVisitor,
} from '../syscall-windows/window-cutter.js';
import { rememberedOf } from '../syscall-windows/remembered.js';
import {
  readWindowState,
  startWindowState,
  type WindowState,
  writeWindowState,
} from '../syscall-windows/window-state.js';
import { COUNTERS, countCalls, TOTAL_AT } from './call-counts.js';
import { choleskyOf, distanceOf, type Spread, spreadOf } from './covariance.js';
import { featuresOf } from './features.js';
import { type FrequencyProfile, MAX_FEATURES, counterName } from './frequency-model.js';
import { readCounts, writeCounts } from './frequency-state.js';
import { type FrequencyOptions, frequencyOptions } from './options.js';
import { isSlow, paceOf, SlowWindows } from './pace.js';
import { closePiece, forgetPieces, summed, windowPieces } from './pieces.js';
import { WindowSample, WindowSampleData } from './window-sample.js';

const MAX_STREAMS = 10_000;
const ENOUGH_WINDOWS = 100;
/** Smallest difference of distances that means anything. */
const SCORE_STEP = 0.1;

interface Container {
  readonly state: WindowState;
  readonly counts: { open: Uint32Array; past: Uint32Array[] };
  readonly scores: number[];
}

/** What calibration is done against: features chosen, spread estimated. */
interface Fitted extends Spread {
  readonly slowest: number | undefined;
  readonly counters: readonly number[];
  readonly factor: Float64Array;
}

/** Version of snapshots, and of the containers' states in them. */
const SNAPSHOT = 1;
const CONTAINER_STATE = 3;

const Held = z.object({
  ...WindowSampleData.shape,
  calls: Count,
  gaps: Count,
  streams: z.array(z.string()),
  serves: z.boolean().default(false),
  slow: z.array(z.number()).default([]),
  time: LearnedTimeData,
  runs: z.array(z.array(z.number())),
  learning: z.array(z.tuple([z.string(), z.string()])),
  calibrating: z.array(z.tuple([z.string(), z.string(), z.array(z.number())])),
});

/** Learns what a workload's calls are made of. Memory: up to 4,096 windows of counts, sparse. */
export class FrequencyLearner implements FoldLearner<SyscallBatch> {
  readonly #of: Pick<Where, 'application' | 'workload'>;
  readonly #options: FrequencyOptions;
  readonly #bounds: WindowBounds;
  #serves = false;
  readonly #learning = new Map<string, Container>();
  readonly #calibrating = new Map<string, Container>();
  readonly #streams = new Set<string>();
  readonly #time = new LearnedTime();
  readonly #slow = new SlowWindows();
  readonly #sample = new WindowSample();
  #calls = 0;
  #gaps = 0;
  #fitted: Fitted | undefined;
  #runs: number[][] = [];

  constructor(of: Pick<Where, 'application' | 'workload'>, options: Partial<FrequencyOptions> = {}) {
    this.#of = { application: of.application, workload: of.workload };
    this.#options = frequencyOptions(options);
    this.#bounds = { ...DEFAULT_WINDOW_BOUNDS, calls: this.#options.pieceCalls, minCalls: this.#options.minCalls };
  }

  learn(batch: SyscallBatch): void {
    if (this.#fitted) throw new PlimsollError('bad-configuration', 'frequency: learning after calibration has begun');
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(batch.stream);
    const container = this.#container(this.#learning, batch);
    cutWindows(
      container.state,
      batch,
      this.#bounds,
      this.#visitor(container, (counts) => {
        this.#sample.add(counts);
        this.#slow.add(paceOf(container.state.window));
      }),
    );
    this.#calls += batch.count;
    this.#time.add(batch);
    this.#serves ||= accepts(batch);
  }

  calibrate(batch: SyscallBatch): void {
    // Nothing to calibrate against: `finish` says so, and other detectors go on.
    if (this.#fitted === undefined && this.#sample.isEmpty) return;
    const fitted = this.#fit();
    const container = this.#container(this.#calibrating, batch);
    const score = (counts: Uint32Array): void => {
      container.scores.push(distanceOf(featuresOf([counts], fitted.counters), fitted.mean, fitted.factor));
    };
    const visitor = this.#visitor(container, score, fitted.slowest);
    cutWindows(container.state, batch, { ...this.#bounds, serves: this.#serves }, visitor);
    this.#time.add(batch);
  }

  adoptCalibration(from: this): void {
    from.#collect();
    this.#runs.push(...from.#runs);
  }

  finish(): ProfileFile {
    this.#collect();
    const calibrated = this.#runs.reduce((sum, run) => sum + run.length, 0);
    if (this.#sample.isEmpty || calibrated === 0) {
      const missing = this.#sample.isEmpty ? 'learn from' : 'calibrate on';
      throw new PlimsollError(
        'empty-source',
        `${this.#of.workload}: too few system calls to ${missing}; trace more of its everyday work`,
      );
    }
    const { counters, mean, covariance, slowest } = this.#fit();
    const progress = this.progress();
    const shares = this.#sample.map((counts) => featuresOf([counts], counters).map((root) => root * root));
    const model: FrequencyProfile = {
      schema: 1,
      options: this.#options,
      features: [...counters, undefined].map((counter, i) => ({
        name: counter === undefined ? 'all other calls' : counterName(counter),
        ...(counter === undefined ? {} : { place: counter }),
        mean: mean[i]!,
        range: percentiles(shares.map((window) => window[i]!)),
      })),
      covariance: Array.from(covariance, (value) => Number(value.toPrecision(9))),
      calibration: fitCalibration(this.#runs, { minScale: SCORE_STEP }),
      serves: this.#serves,
      ...(slowest !== undefined && { slowest }),
      windowsPerDay: this.#time.perDay(this.#sample.seen + calibrated),
    };
    return sealProfile({
      ...this.#of,
      detector: 'frequency',
      learned: {
        streams: [...this.#streams],
        events: this.#calls,
        novelty: progress.novelty,
        complete: progress.converged,
        notes: [
          `${this.#sample.seen} windows learned, ${calibrated} calibrated, ${counters.length + 1} features`,
          ...outlookNotes(progress),
        ],
      },
      model,
    });
  }

  progress(): LearningProgress {
    const features = this.#fitted?.counters.length ?? this.#counters().length;
    const novelty = this.#sample.seen === 0 ? 1 : this.#time.leastNovelty();
    return learningOutlook({
      detector: 'frequency',
      events: this.#calls,
      gaps: this.#gaps,
      units: 'windows',
      seen: this.#sample.seen,
      enough: Math.max(ENOUGH_WINDOWS, 2 * features),
      // Without times, what is estimated beside what it is estimated from.
      leastNovelty: novelty ?? Math.min(1, features / this.#sample.seen),
      ...(novelty !== undefined && { mostNovelty: COMPLETE_NOVELTY }),
    });
  }

  calibrator(): FrequencyLearner {
    const made = new FrequencyLearner(this.#of, this.#options);
    made.#fitted = this.#fit();
    made.#serves = this.#serves;
    return made;
  }

  snapshot(): Uint8Array {
    const held: z.infer<typeof Held> = {
      ...this.#sample.data(),
      calls: this.#calls,
      gaps: this.#gaps,
      streams: [...this.#streams],
      serves: this.#serves,
      slow: this.#slow.paces,
      time: this.#time.data(),
      runs: this.#runs,
      learning: Array.from(this.#learning, ([name, container]) => [name, stateText(container)]),
      calibrating: Array.from(this.#calibrating, ([name, container]) => [name, stateText(container), container.scores]),
    };
    return encodeSnapshot('frequency', SNAPSHOT, held);
  }

  merge(snapshot: Uint8Array): void {
    const held = decodeSnapshot(snapshot, 'frequency', SNAPSHOT, Held);
    this.#sample.merge(held);
    this.#calls += held.calls;
    this.#gaps += held.gaps;
    this.#serves ||= held.serves;
    for (const stream of held.streams) if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
    this.#time.merge(held.time);
    this.#slow.add(...held.slow);
    this.#runs.push(...held.runs);
    for (const [name, text] of held.learning) this.#learning.set(name, readContainer(text));
    for (const [name, text, scores] of held.calibrating) {
      const before = this.#calibrating.get(name);
      if (before) this.#runs.push(before.scores);
      this.#calibrating.set(name, { ...readContainer(text), scores });
    }
  }

  #fit(): Fitted {
    if (this.#fitted) return this.#fitted;
    const counters = this.#counters();
    const spread = spreadOf(this.#sample.map((counts) => featuresOf([counts], counters)));
    const factor = choleskyOf(spread.covariance, spread.mean.length);
    this.#fitted = { counters, ...spread, factor, slowest: this.#slow.least() };
    return this.#fitted;
  }

  /** The counters that become features: the key group, or what was seen most often. */
  #counters(): number[] {
    const { keyGroup, sizes } = this.#options;
    const wanted = [...this.#sample.totals()].filter(([counter]) => {
      if (counter === TOTAL_AT) return false;
      return counter >= CALL_NUMBERS ? sizes : keyGroup === undefined || keyGroup.includes(counter);
    });
    const frequent = wanted.sort(([one, a], [other, b]) => b - a || one - other).slice(0, MAX_FEATURES - 1);
    return frequent.map(([counter]) => counter).sort((one, other) => one - other);
  }

  #collect(): void {
    for (const { scores } of this.#calibrating.values()) this.#runs.push(scores);
    this.#calibrating.clear();
  }

  #visitor(container: Container, score: (counts: Uint32Array) => void, slowest?: number): WindowVisitor {
    const { counts, state } = container;
    return {
      calls: (batch, from, to) => {
        countCalls(batch, from, to, counts.open);
      },
      close: (enough) => {
        if (isSlow(state.window, slowest)) {
          forgetPieces(counts);
          return;
        }
        if (enough) score(summed(windowPieces(counts.open, counts.past, this.#options.pieces)));
        closePiece(counts, this.#options.pieces);
      },
      gap: () => {
        this.#gaps += 1;
      },
      forget: () => {
        forgetPieces(counts);
      },
      end: () => undefined,
    };
  }

  #container(containers: Map<string, Container>, batch: SyscallBatch): Container {
    const begin = (): Container => ({
      state: startWindowState(),
      counts: { open: new Uint32Array(COUNTERS), past: [] },
      scores: [],
    });
    return rememberedOf(containers, batch.container, begin, ({ scores }) => {
      if (scores.length > 0) this.#runs.push(scores);
    });
  }
}

/** A container's position in its stream, as text. */
function stateText({ state, counts }: Container): string {
  const writer = new StateWriter(CONTAINER_STATE);
  writeWindowState(writer, state);
  writer.uint(counts.past.length);
  for (const piece of [counts.open, ...counts.past]) writeCounts(writer, piece);
  return Buffer.from(writer.finish()).toString('base64');
}

function readContainer(text: string): Container {
  const reader = new StateReader(Buffer.from(text, 'base64'), CONTAINER_STATE, 'learning');
  const state = readWindowState(reader);
  const pieces = reader.uint();
  const open = readCounts(reader);
  return { state, counts: { open, past: Array.from({ length: pieces }, () => readCounts(reader)) }, scores: [] };
}

function percentiles(values: readonly number[]): [number, number, number] {
  const ascending = [...values].sort((one, other) => one - other);
  const at = (share: number): number => ascending[Math.round(share * (ascending.length - 1))]!;
  return [at(0.01), at(0.5), at(0.99)];
}

/** A learner for one workload. */
export function frequencyLearner(options: Partial<FrequencyOptions> = {}) {
  return (of: Pick<Where, 'application' | 'workload'>): FrequencyLearner => new FrequencyLearner(of, options);
}
