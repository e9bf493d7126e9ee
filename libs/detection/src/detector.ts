import type { Level, ProfileFile, VerdictMessage } from '@plimsoll/contracts';

/** What the user allows: the thresholds of every detector follow from it. */
export interface Budget {
  /** False alerts a day and application, over all levels. */
  readonly falseAlertsPerDay: number;
}

/**
 * A pure state machine that scores one keyed stream (the calls of a container, the events of a user or session):
 * no I/O, no clock, and the same input in any split of batches gives the same verdicts to the byte.
 *
 * `Model` is the profile made ready to score with (tables built once); `State` is what one key remembers.
 */
export interface Detector<Input, State, Model> {
  /** The name that profiles and verdicts carry: `sequence`, `frequency`, `web`, `sql`, `k8s-audit`, `process`. */
  readonly name: string;
  readonly level: Level;

  /** The profile made ready. Throws `bad-profile` where the model is not this detector's. */
  prepare(profile: ProfileFile, budget: Budget): Model;

  /** State of a key never seen. */
  start(): State;

  /**
   * The state of another version that begins to score beside the one of `state`: at the same position in its streams, with
   * nothing counted yet. `state` stays as it is.
   */
  beside(state: State): State;

  /**
   * Scores `input`, altering `state` in place, and returns the verdicts that became final, in order.
   * Without a model it answers `warming`. A window across a gap answers `gap`.
   */
  step(state: State, input: Input, model: Model | undefined): readonly VerdictMessage[];

  /** The state as bytes, with its version first; `decode` throws `unknown-version` on one it does not know. */
  encode(state: State): Uint8Array;
  decode(bytes: Uint8Array): State;
}

/**
 * Makes a profile of benign inputs: what is learned from and what is calibrated on never mix.
 *
 * Learning may be shared out and stopped: what a learner holds goes out as a snapshot and into another one of its kind.
 * Merging the snapshots of disjoint containers in one order gives the same profile to the byte, whoever learned which;
 * up to the limits of the tables, beyond which the first to come is kept.
 */
export interface Learner<Input> {
  /** Learns from one input. Inputs of one key come in order; keys may interleave. */
  learn(input: Input): void;
  /** Scores one benign input that was not learned from. All `learn` calls come first. */
  calibrate(input: Input): void;
  /** The profile. Throws `empty-source` where there was too little of either. */
  finish(): ProfileFile;

  /** How far it has come: what was learned, and the probability that the next benign window holds something new. */
  progress(): LearningProgress;
  /** A learner that calibrates by what this one has learned; its snapshots hold the calibration alone. */
  calibrator(): Learner<Input>;
  /** Everything it holds, windows that are open included. */
  snapshot(): Uint8Array;
  /** Adds what another learner of the workload, made alike, held. Throws `unknown-version` on another kind's bytes. */
  merge(snapshot: Uint8Array): void;
}

export interface LearningProgress {
  readonly detector: string;
  /** Calls, requests, statements or audit events. */
  readonly events: number;
  /** Good–Turing estimate, in [0, 1]; 1 before anything was learned. */
  readonly novelty: number;
  /** Whether novelty has converged, by its upper limit, on enough data without a loss in it. */
  readonly converged: boolean;
  /** Losses in what was learned from: they forbid convergence. */
  readonly gaps: number;
  /** What holds it back, in words; empty where it has converged. */
  readonly missing: readonly string[];
  /** Events that it takes at the least; 0 where it has converged, left out where more of the same will never do. */
  readonly moreEvents?: number;
}
