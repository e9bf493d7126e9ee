import { identity, type AttackPath, type LogGap, type Verdict } from '@plimsoll/contracts';

import { pValue, type Calibration } from '../calibration/index.js';
import type { WeightedEvidence } from '../scoring/weighted-evidence.js';
import { countScored, turnMinute, type Minute } from './minute.js';
import { ceilingOf, type Threshold } from './threshold.js';
import type { Detector } from '../detector.js';
import { isGap, type ScorableEvent } from './scorable-event.js';

export const MAX_EVIDENCE = 8;
const UNLEARNED = 'none';

/** What a scorer makes of one event. */
export interface Scored {
  readonly path: AttackPath;
  /** A stable word for what was found. */
  readonly finding: string;
  /** Log-likelihood ratio against benign use, nats; 0 where nothing speaks for an attack. */
  readonly score: number;
  readonly observations: readonly WeightedEvidence[];
}

/** What scores are held against. */
export interface Scale {
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** What a detector says of an anomalous event; `score` and `evidence` stand in place of the scorer's and of the observations. */
export type Told = Pick<Verdict, 'severity' | 'impact' | 'cwe' | 'techniques' | 'request' | 'joins'> &
  Partial<Pick<Verdict, 'score' | 'evidence' | 'objects'>>;

/** A detector of events, as it declares itself: its scorer, its state and what it tells. */
export interface EventScoring<Event extends ScorableEvent, State, Model, Result extends Scored> extends Omit<
  Detector<Event | LogGap, State, Model>,
  'step'
> {
  /** The scale for such an event; undefined where the profile has none, so that it cannot be scored yet. */
  scale(model: Model, event: Event): Scale | undefined;
  /** Scores one event and remembers it in `state`. */
  score(event: Event, state: State, model: Model): Result;
  /** `observations` are those that speak for an attack, the strongest first. */
  tell(event: Event, scored: Result, observations: readonly WeightedEvidence[]): Told;
  /** Whether the event was scored before, where sources deliver again; it counts as scored now. */
  repeated?(event: Event, state: State): boolean;
  /** What ids are made of beside detector and stream, where an earlier release made them otherwise. */
  readonly ids?: { readonly coverage: readonly string[]; verdict(event: Event): readonly string[] };
  /** Forgets what a gap may have cut off. */
  lose?(state: State): void;
  /** Whether the event shows too little to score, whatever the profile. */
  insufficient?(event: Event): boolean;
}

/** The detector: the frame counts minutes, holds scores against the threshold and writes verdicts. */
export function eventDetector<
  Event extends ScorableEvent,
  State extends { minute?: Minute | undefined },
  Model extends { readonly version: string },
  Result extends Scored,
>(scoring: EventScoring<Event, State, Model, Result>): Detector<Event | LogGap, State, Model> {
  const { name, level, ids } = scoring;
  const by = { detector: name, level, names: ids?.coverage ?? ['coverage', name] };
  return {
    name,
    level,
    prepare: (profile, budget) => scoring.prepare(profile, budget),
    start: () => scoring.start(),
    beside: (state) => scoring.beside(state),
    encode: (state) => scoring.encode(state),
    decode: (bytes) => scoring.decode(bytes),
    step(state, input, model) {
      const { minute, closed } = turnMinute(state.minute, input, model?.version ?? UNLEARNED, by);
      state.minute = minute;
      if (isGap(input)) {
        minute.gap += 1;
        scoring.lose?.(state);
        return closed;
      }
      if (scoring.repeated?.(input, state)) return closed;
      if (scoring.insufficient?.(input)) {
        minute.insufficient = (minute.insufficient ?? 0) + 1;
        return closed;
      }
      const scale = model === undefined ? undefined : scoring.scale(model, input);
      if (model === undefined || scale === undefined) {
        minute.warming += 1;
        return closed;
      }
      const scored = scoring.score(input, state, model);
      const anomalous = scored.score >= Math.min(scale.threshold.score, ceilingOf(scored.path));
      countScored(minute, scale.calibration, scored.score, anomalous);
      return anomalous ? [...closed, verdictOf(scoring, input, scored, model.version, scale)] : closed;
    },
  };
}

function verdictOf<Event extends ScorableEvent, State, Model, Result extends Scored>(
  scoring: EventScoring<Event, State, Model, Result>,
  event: Event,
  scored: Result,
  version: string,
  { calibration }: Scale,
): Verdict {
  const { application, workload, container, stream, timeUs } = event;
  const endUs = 'endUs' in event ? event.endUs : timeUs;
  const observations = scored.observations.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  const told = scoring.tell(event, scored, observations);
  const { severity, impact, cwe, techniques, request, joins, objects } = told;
  const names = scoring.ids?.verdict(event) ?? [event.id, timeUs];
  return {
    type: 'verdict',
    schema: 1,
    id: identity(scoring.name, version, container, stream, ...names),
    application,
    workload,
    container,
    detector: scoring.name,
    level: scoring.level,
    profileVersion: version,
    stream,
    window: { startUs: timeUs, endUs: Math.max(endUs, timeUs + 1) },
    count: 1,
    state: 'anomalous',
    pValue: pValue(calibration, scored.score),
    score: told.score ?? scored.score,
    severity,
    ...(impact === undefined ? {} : { impact }),
    path: scored.path,
    finding: scored.finding,
    cwe,
    techniques,
    evidence: told.evidence ?? observations.slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence.toEvidence()),
    ...(request === undefined ? {} : { request }),
    joins,
    ...(objects === undefined ? {} : { objects }),
  };
}
