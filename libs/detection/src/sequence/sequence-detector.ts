import type { SyscallBatch } from '@plimsoll/contracts';

import { pValue } from '../calibration/index.js';
import type { Detector } from '../detector.js';
import { type VerdictWriterOptions, type Finding, WEAK_P_VALUE } from '../syscall-windows/verdict-writer.js';
import { severityOf } from '../syscall-windows/severity.js';
import { windowDetector, type WindowScorer } from '../syscall-windows/window-detector.js';
import { agreement, unseenRates } from './agreement.js';
import { eachExecution, MAX_NEW_PROGRAMS } from './programs.js';
import { programEvidence, spotEvidence } from './sequence-evidence.js';
import { type SequenceModel, sequenceModel } from './sequence-model.js';
import {
  decodeSequenceState,
  emptyTally,
  encodeSequenceState,
  type SequenceState,
  startSequenceState,
} from './sequence-state.js';
import { MAX_SPOTS, SPOT_REACH } from './spots.js';
import { ThreadMemory } from './thread-memory.js';

/** That a program ran which never did is seen, not estimated: critical, since what it did is unknown. */
const NEW_PROGRAM_RAN = { severity: 5, impact: { columns: [] } };
/** New programs' names kept of one container. */
const MAX_PROGRAM_NAMES = 64;

/**
 * Scores the order of a container's system calls, window by window: how many bags (or n-grams) of each size were never
 * seen in benign runs, what all sizes agree on, and which programs were executed for the first time.
 *
 * Score: `agreement` (0 … unbounded, higher is stranger). Cost: one look-up a call in the common case; the state is
 * about 20 bytes a thread. Sources: Forrest et al. 1996 and Hofmeyr et al. 1998 (n-grams), Kang et al. 2005 and Abed et
 * al. 2015 (bags; containers), Grimmer et al. 2022 (per thread).
 */
export function sequenceDetector(
  options: { readonly publish?: VerdictWriterOptions['publish'] } = {},
): Detector<SyscallBatch, SequenceState, SequenceModel> {
  return windowDetector(
    {
      level: 'sequence',
      prepare: sequenceModel,
      start: startSequenceState,
      encode: encodeSequenceState,
      decode: decodeSequenceState,
      windowCalls: (model: SequenceModel) => model.options.windowCalls,
      scorer: (state, model) => new Scorer(state, model),
    },
    options.publish,
  );
}

/** One batch through one container's state. */
class Scorer implements WindowScorer<SequenceModel> {
  readonly #state: SequenceState;
  readonly #model: SequenceModel | undefined;

  constructor(state: SequenceState, model: SequenceModel | undefined) {
    this.#state = state;
    this.#model = model;
  }

  startOver(): void {
    const { known } = this.#model ?? {};
    if (known && this.#state.memory.length !== known.length) this.#state.memory = new ThreadMemory(known.length);
    this.#clear();
  }

  settle(batch: SyscallBatch): void {
    this.#state.pendingNames.settle(batch);
  }

  calls(batch: SyscallBatch, from: number, to: number): void {
    const state = this.#state;
    const model = this.#model;
    if (!model) return;
    model.scanner.scan(batch, from, to, state.memory, state.tally, this.#onUnseen);
    eachExecution(batch, from, to, (at, digest) => {
      if (!model.programs.has(digest)) this.#newProgram(batch, at, digest);
    });
  }

  next(): void {
    this.#clear();
  }

  lose(): void {
    this.#clear();
  }

  forget(): void {
    this.#state.memory.forget();
  }

  score(model: SequenceModel, enough: boolean): Finding | undefined {
    const state = this.#state;
    if (!enough && state.newPrograms.length === 0) return undefined;
    const score = enough ? agreement(unseenRates(state.tally, model.options), model.units) : 0;
    const pSequence = enough ? pValue(model.calibration, score) : 1;
    const programs = state.newPrograms;
    const p = programs.length > 0 ? Math.min(pSequence, model.newProgram) : pSequence;
    const anomalous = p <= model.threshold;
    const byProgram = programs.length > 0 && model.newProgram <= model.threshold;
    const spots = p <= Math.max(WEAK_P_VALUE, model.threshold) ? spotEvidence(state, model) : [];
    const thread = programs[0]?.thread ?? state.spots[0]?.thread ?? 0;
    return {
      state: anomalous ? 'anomalous' : 'normal',
      pValue: p,
      score,
      ...(byProgram ? NEW_PROGRAM_RAN : { severity: severityOf(p, model.threshold) }),
      path: 'unknown',
      finding: byProgram ? 'new-program' : 'unseen-bags',
      techniques: byProgram ? ['T1059.004'] : [],
      evidence: [...programs.map((program) => programEvidence(program, state.stream, model)), ...spots],
      joins: thread === 0 ? {} : { thread },
    };
  }

  readonly #onUnseen = (batch: SyscallBatch, at: number, slot: number, smallest: number): void => {
    const { spots, memory } = this.#state;
    const ordinal = batch.firstOrdinal + at;
    const thread = batch.threads[at]!;
    const near = spots.findLast((spot) => spot.thread === thread);
    if (near && ordinal - near.lastOrdinal <= SPOT_REACH && smallest >= near.size) {
      near.lastOrdinal = ordinal;
      near.positions += 1;
      return;
    }
    if (spots.length >= MAX_SPOTS) {
      this.#state.moreUnseen += 1;
      return;
    }
    const { size } = this.#model!.known.sizes[smallest]!;
    spots.push({
      ordinal,
      timeUs: batch.baseTimeUs + batch.offsetsUs[at]!,
      thread,
      calls: memory.last(slot, size),
      size: smallest,
      positions: 1,
      lastOrdinal: ordinal,
    });
  };

  #newProgram(batch: SyscallBatch, at: number, digest: number): void {
    const { newPrograms, pendingNames, programNames } = this.#state;
    const name = pendingNames.name(batch, digest) ?? programNames.get(digest) ?? `program ${digest.toString(16)}`;
    if (programNames.size < MAX_PROGRAM_NAMES) programNames.set(digest, name);
    if (newPrograms.length >= MAX_NEW_PROGRAMS) return;
    newPrograms.push({
      ordinal: batch.firstOrdinal + at,
      timeUs: batch.baseTimeUs + batch.offsetsUs[at]!,
      thread: batch.threads[at]!,
      digest,
      name: name.slice(0, 256),
    });
  }

  #clear(): void {
    const state = this.#state;
    state.tally = emptyTally(this.#model?.known.sizes.length ?? 0);
    state.spots = [];
    state.moreUnseen = 0;
    state.newPrograms = [];
  }
}
