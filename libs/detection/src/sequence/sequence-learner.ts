import {
  type Gap,
  PlimsollError,
  type ProfileFile,
  sealProfile,
  type SyscallBatch,
  type Where,
} from '@plimsoll/contracts';
import { z } from 'zod';

import { fitCalibration } from '../calibration/index.js';
import type { FoldLearner } from '../calibration/cross-calibration.js';
import type { LearningProgress } from '../detector.js';
import { Count, decodeSnapshot, encodeSnapshot } from '../learning/snapshot.js';
import { accepts } from '../syscall-windows/serving.js';
import { learningOutlook, outlookNotes } from '../learning/outlook.js';
import { LearnedTime, LearnedTimeData } from '../syscall-windows/learned-time.js';
import { COMPLETE_NOVELTY, NoveltyCounter, NoveltyData } from '../syscall-windows/novelty.js';
import {
  cutWindows,
  DEFAULT_WINDOW_BOUNDS,
  type WindowBounds,
  type WindowVisitor,
} from '../syscall-windows/window-cutter.js';
import { rememberedOf } from '../syscall-windows/remembered.js';
import { agreement, noveltyUnits, unseenRates } from './agreement.js';
import { knownRuns } from './known-runs.js';
import { beginContainer, containerText, readContainer, type LearningContainer } from './learning-container.js';
import { lengthOf, type SequenceOptions, sequenceOptions, sizesOf, UNSETTLED_SEQUENCE_OPTIONS } from './options.js';
import { eachExecution } from './programs.js';
import { collectRuns, droppedCalls, Scanner } from './scanner.js';
import { addTrails, type SequenceProfile, writeTrails } from './sequence-model.js';
import { emptyTally } from './sequence-state.js';
import { bagKey, Trails } from './trails.js';

const MAX_PROGRAMS = 4096;
const MAX_STREAMS = 10_000;
/** Benign windows that a profile must have seen before it can be complete. */
const ENOUGH_WINDOWS = 100;
/**
 * Where more of the benign calls than this end a run of six that was never seen, after enough windows, the workload's
 * order does not settle: a server's is under .013, a whole host's over .06 (docs/decisions/0205).
 */
const UNSETTLED_NOVELTY = 0.05;
/** Smallest difference of agreement scores that means anything. */
const SCORE_STEP = 0.1;
/** What benign novelty amounts to, in its own units. */
const EXPECTED_NOVELTY = 1;
/**
 * What is known beforehand of new programs, as a number of benign windows that execute one: a web server, a database or
 * a worker runs what its image holds, and the same from the first day on.
 */
const PRIOR_NEW_PROGRAMS = 0.001;

/** Version of snapshots. 2: runs as long as either default needs. */
const SNAPSHOT = 2;

const Held = z.object({
  learned: z.object({
    trails: z.array(z.string()),
    dropped: Count,
    novelty: NoveltyData,
    calls: Count,
    gaps: Count,
  }),
  programs: z.array(z.tuple([z.number(), z.string()])),
  streams: z.array(z.string()),
  serves: z.boolean().default(false),
  time: LearnedTimeData,
  runs: z.array(z.array(z.array(z.number()))),
  newProgramWindows: Count,
  learning: z.array(z.tuple([z.string(), z.string()])),
  calibrating: z.array(
    z.tuple([z.string(), z.string(), z.object({ programs: z.array(z.number()), rates: z.array(z.array(z.number())) })]),
  ),
});

/**
 * Learns the order of a workload's calls. Where `options` name no bags, n-grams or rare calls, what was learned chooses
 * before calibration: `DEFAULT_SEQUENCE_OPTIONS`, or `UNSETTLED_SEQUENCE_OPTIONS` where too many runs are seen only once.
 * Memory: the distinct runs (`Trails`) and 200 bytes a calibrated window.
 */
export class SequenceLearner implements FoldLearner<SyscallBatch> {
  readonly #of: Pick<Where, 'application' | 'workload'>;
  readonly #options: SequenceOptions;
  /** What a workload that does not settle is scored by; undefined where the caller chose. */
  readonly #unsettled: SequenceOptions | undefined;
  /** What the profile will look at, once something depends on it. */
  #chosen: SequenceOptions | undefined;
  /** Calls in the runs that are learned: enough for either choice. */
  readonly #length: number;
  #serves = false;
  readonly #dropped: Uint8Array | undefined;
  readonly #trails: Trails;
  readonly #novelty: NoveltyCounter;
  readonly #learning = new Map<string, LearningContainer>();
  readonly #calibrating = new Map<string, LearningContainer>();
  readonly #programs = new Map<number, string>();
  readonly #streams = new Set<string>();
  readonly #time = new LearnedTime();
  #scanner: Scanner | undefined;
  /** Programs that whom this one calibrates for has learned; undefined where it learns itself. */
  #known: ReadonlyMap<number, string> | undefined;
  /** Unseen rates of calibration windows, one array a container. */
  #runs: number[][][] = [];
  #newProgramWindows = 0;
  #calls = 0;
  #gaps = 0;

  constructor(of: Pick<Where, 'application' | 'workload'>, options: Partial<SequenceOptions> = {}) {
    this.#of = { application: of.application, workload: of.workload };
    this.#options = sequenceOptions(options);
    const given = options.bags ?? options.ngrams ?? options.rare;
    this.#unsettled = given ? undefined : sequenceOptions({ ...UNSETTLED_SEQUENCE_OPTIONS, ...options });
    this.#length = Math.max(lengthOf(this.#options), this.#unsettled ? lengthOf(this.#unsettled) : 0);
    this.#dropped = droppedCalls(this.#options.keyGroup);
    this.#trails = new Trails(this.#length);
    this.#novelty = new NoveltyCounter();
  }

  learn(batch: SyscallBatch): void {
    if (this.#scanner) throw new PlimsollError('bad-configuration', 'sequence: learning after calibration has begun');
    const container = this.#container(this.#learning, batch, this.#length);
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(batch.stream);
    cutWindows(
      container.state,
      batch,
      boundsOf(this.#options),
      this.#visitor(container, this.#learnCalls, () => {
        this.#novelty.window();
      }),
    );
    for (const [digest, name] of batch.names) if (this.#programs.has(digest)) this.#programs.set(digest, name);
    this.#time.add(batch);
    this.#serves ||= accepts(batch);
  }

  calibrate(batch: SyscallBatch): void {
    this.#scanner ??= this.#makeScanner();
    const container = this.#container(this.#calibrating, batch, lengthOf(this.#choice()));
    cutWindows(
      container.state,
      batch,
      { ...boundsOf(this.#choice()), serves: this.#serves },
      this.#visitor(container, this.#calibrateCalls, this.#calibrated),
    );
    this.#time.add(batch);
  }

  follow(final: this): void {
    this.#chosen = final.#choice();
  }

  /** Takes over what another learner of the same options calibrated: one fold of a cross-calibration. */
  adoptCalibration(from: this): void {
    for (const { rates } of from.#calibrating.values()) from.#runs.push(rates);
    from.#calibrating.clear();
    this.#runs.push(...from.#runs);
    this.#newProgramWindows += from.#newProgramWindows;
  }

  finish(): ProfileFile {
    for (const { rates } of this.#calibrating.values()) this.#runs.push(rates);
    this.#calibrating.clear();
    const windows = this.#runs.flat();
    if (this.#calls === 0 || windows.length === 0) {
      const missing =
        this.#calls === 0 ? 'no system call to learn from' : `${this.#calls} system calls, too few to calibrate on`;
      throw new PlimsollError('empty-source', `${this.#of.workload}: ${missing}; trace more of its everyday work`);
    }
    const options = this.#choice();
    const trails = this.#trails.ends(lengthOf(options));
    const progress = this.progress();
    return sealProfile({
      ...this.#of,
      detector: 'sequence',
      learned: {
        streams: [...this.#streams],
        events: this.#calls,
        novelty: progress.novelty,
        complete: progress.converged,
        notes: [
          `${this.#novelty.windows} windows learned, ${windows.length} calibrated, ${trails.size} distinct runs`,
          ...(options === this.#unsettled ? ['its order does not settle: scored by rare calls, not by bags'] : []),
          ...outlookNotes(progress),
        ],
      },
      model: this.#model(options, trails, windows),
    });
  }

  /** `windows`: the unseen rates of all calibration windows. */
  #model(options: SequenceOptions, trails: Trails, windows: readonly number[][]): SequenceProfile {
    const units = noveltyUnits(windows, sizesOf(options), options);
    const scores = this.#runs.map((run) => run.map((rates) => agreement(rates, units)));
    const seen = this.#novelty.windows + windows.length;
    return {
      schema: 1,
      options,
      ...writeTrails(trails),
      calls: this.#calls,
      units,
      calibration: fitCalibration(scores, { minScale: SCORE_STEP, expectedExcess: EXPECTED_NOVELTY }),
      serves: this.#serves,
      windowsPerDay: this.#time.perDay(seen),
      programs: Array.from(this.#programs, ([digest, name]) => ({ digest, name })),
      newProgram: Math.min(1, (PRIOR_NEW_PROGRAMS + this.#newProgramWindows) / (1 + seen)),
    };
  }

  progress(): LearningProgress {
    return learningOutlook({
      detector: 'sequence',
      events: this.#calls,
      gaps: this.#gaps,
      units: 'windows',
      seen: this.#novelty.windows,
      enough: ENOUGH_WINDOWS,
      estimates: [{ novelty: this.#novelty.estimate(), of: this.#novelty.windows }],
      leastNovelty: this.#time.leastNovelty() ?? 0,
      mostNovelty: COMPLETE_NOVELTY,
      leftOut: this.#trails.dropped,
    });
  }

  calibrator(): SequenceLearner {
    const made = new SequenceLearner(this.#of, this.#options);
    made.#scanner = this.#scanner ??= this.#makeScanner();
    made.#chosen = this.#choice();
    made.#known = new Map(this.#programs);
    made.#serves = this.#serves;
    for (const [digest, name] of this.#programs) made.#programs.set(digest, name);
    return made;
  }

  snapshot(): Uint8Array {
    const held: z.infer<typeof Held> = {
      learned: {
        trails: writeTrails(this.#trails).trails,
        dropped: this.#trails.dropped,
        novelty: this.#novelty.data(),
        calls: this.#calls,
        gaps: this.#gaps,
      },
      programs: [...this.#programs].filter(([digest]) => this.#known?.has(digest) !== true),
      streams: [...this.#streams],
      serves: this.#serves,
      time: this.#time.data(),
      runs: this.#runs,
      newProgramWindows: this.#newProgramWindows,
      learning: Array.from(this.#learning, ([name, container]) => [name, containerText(container)]),
      calibrating: Array.from(this.#calibrating, ([name, container]) => [
        name,
        containerText(container),
        { programs: [...container.programs], rates: container.rates },
      ]),
    };
    return encodeSnapshot('sequence', SNAPSHOT, held);
  }

  merge(snapshot: Uint8Array): void {
    const held = decodeSnapshot(snapshot, 'sequence', SNAPSHOT, Held);
    addTrails(this.#trails, held.learned.trails);
    this.#trails.dropped += held.learned.dropped;
    this.#novelty.merge(held.learned.novelty);
    this.#calls += held.learned.calls;
    this.#gaps += held.learned.gaps;
    for (const [digest, name] of held.programs) {
      if (this.#programs.size < MAX_PROGRAMS || this.#programs.has(digest)) {
        this.#programs.set(digest, name === '' ? (this.#programs.get(digest) ?? '') : name);
      }
    }
    this.#serves ||= held.serves;
    for (const stream of held.streams) if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
    this.#time.merge(held.time);
    this.#runs.push(...held.runs);
    this.#newProgramWindows += held.newProgramWindows;
    for (const [name, text] of held.learning) this.#learning.set(name, readContainer(text, this.#length));
    for (const [name, text, { programs, rates }] of held.calibrating) {
      const before = this.#calibrating.get(name);
      if (before) this.#runs.push(before.rates);
      const container = readContainer(text, lengthOf(this.#choice()));
      this.#calibrating.set(name, { ...container, programs: new Set(programs), rates });
    }
  }

  #makeScanner(): Scanner {
    const options = this.#choice();
    return new Scanner(knownRuns(this.#trails.ends(lengthOf(options)), options), options.scope, this.#dropped);
  }

  /** Made once, by what was learned until then. */
  #choice(): SequenceOptions {
    this.#chosen ??= this.#unsettled && this.#isUnsettled() ? this.#unsettled : this.#options;
    return this.#chosen;
  }

  #isUnsettled(): boolean {
    const runs = this.#trails.ends(lengthOf(this.#options));
    return this.#novelty.windows >= ENOUGH_WINDOWS && runs.novelty() > UNSETTLED_NOVELTY;
  }

  readonly #learnCalls = (container: LearningContainer, batch: SyscallBatch, from: number, to: number): void => {
    const { memory } = container;
    const smallest = Math.min(...sizesOf(this.#options));
    collectRuns(batch, from, to, memory, this.#options.scope, this.#dropped, this.#trails, (slot) => {
      if (memory.have[slot]! >= smallest) this.#novelty.add(...bagKey(memory.last(slot, smallest)));
    });
    eachExecution(batch, from, to, (_, digest) => {
      if (this.#programs.size >= MAX_PROGRAMS && !this.#programs.has(digest)) return;
      this.#programs.set(digest, batch.names.get(digest) ?? this.#programs.get(digest) ?? '');
    });
    this.#calls += to - from;
  };

  readonly #calibrateCalls = (container: LearningContainer, batch: SyscallBatch, from: number, to: number): void => {
    this.#scanner?.scan(batch, from, to, container.memory, container.tally, () => undefined);
    eachExecution(batch, from, to, (_, digest) => {
      if (!this.#programs.has(digest)) container.programs.add(digest);
    });
  };

  readonly #calibrated = (container: LearningContainer): void => {
    container.rates.push(unseenRates(container.tally, this.#choice()));
    if (container.programs.size > 0) this.#newProgramWindows += 1;
    for (const digest of container.programs) this.#programs.set(digest, '');
  };

  #visitor(
    container: LearningContainer,
    calls: (container: LearningContainer, batch: SyscallBatch, from: number, to: number) => void,
    closed: (container: LearningContainer) => void,
  ): WindowVisitor {
    const clear = (): void => {
      container.tally = emptyTally(sizesOf(this.#chosen ?? this.#options).length);
      container.programs = new Set();
    };
    return {
      calls: (batch, from, to) => {
        calls(container, batch, from, to);
      },
      close: (enough) => {
        if (enough) closed(container);
        clear();
      },
      gap: (_: Gap) => {
        this.#gaps += 1;
        clear();
      },
      forget: () => {
        container.memory.forget();
      },
      end: () => undefined,
    };
  }

  #container(containers: Map<string, LearningContainer>, batch: SyscallBatch, length: number): LearningContainer {
    const begin = (): LearningContainer => beginContainer(length, this.#chosen ?? this.#options);
    return rememberedOf(containers, batch.container, begin, ({ rates }) => {
      if (rates.length > 0) this.#runs.push(rates);
    });
  }
}

function boundsOf({ windowCalls, minCalls }: SequenceOptions): WindowBounds {
  return { ...DEFAULT_WINDOW_BOUNDS, calls: windowCalls, minCalls };
}

/** A learner for one workload. */
export function sequenceLearner(options: Partial<SequenceOptions> = {}) {
  return (of: Pick<Where, 'application' | 'workload'>): SequenceLearner => new SequenceLearner(of, options);
}
