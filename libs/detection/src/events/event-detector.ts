import { identity, type AttackPath, type LogGap, type Verdict } from '@plimsoll/contracts';

import { pValue, type Calibration } from '../calibration/index.js';
import type { Clue } from '../chance/clue.js';
import { countJudged, turnMinute, type Minute } from '../chance/minute.js';
import { ceilingOf, type Threshold } from '../chance/threshold.js';
import type { Detector } from '../detector.js';
import { isGap, type JudgedEvent } from './judged-event.js';

const MAX_EVIDENCE = 8;
const UNLEARNED = 'none';

/** What a scorer makes of one event. */
export interface Judgement {
  readonly path: AttackPath;
  /** A stable word for what was found. */
  readonly finding: string;
  /** Log-likelihood ratio against benign use, nats; 0 where nothing speaks for an attack. */
  readonly score: number;
  readonly clues: readonly Clue[];
}

/** What scores are held against. */
export interface Scale {
  readonly calibration: Calibration;
  readonly threshold: Threshold;
}

/** What a detector says of an anomalous event beside the path, the finding and the clues. */
export type Told = Pick<Verdict, 'severity' | 'impact' | 'cwe' | 'techniques' | 'request' | 'joins'>;

/** A detector of events, as it declares itself: its scorer, its state and what it tells. */
export interface EventJudging<Event extends JudgedEvent, State, Model, Judged extends Judgement> extends Omit<
  Detector<Event | LogGap, State, Model>,
  'step'
> {
  /** The scale for such an event; undefined where the profile has none, so that it cannot be judged yet. */
  scale(model: Model, event: Event): Scale | undefined;
  /** Scores one event and remembers it in `state`. */
  judge(event: Event, state: State, model: Model): Judged;
  /** `clues` are those that speak for an attack, the strongest first. */
  tell(event: Event, judged: Judged, clues: readonly Clue[]): Told;
  /** Forgets what a gap may have cut off. */
  lose?(state: State): void;
  /** Whether the event shows too little to judge, whatever the profile. */
  insufficient?(event: Event): boolean;
}

/** The detector: the frame counts minutes, holds scores against the threshold and writes verdicts. */
export function eventDetector<
  Event extends JudgedEvent,
  State extends { minute?: Minute | undefined },
  Model extends { readonly version: string },
  Judged extends Judgement,
>(judging: EventJudging<Event, State, Model, Judged>): Detector<Event | LogGap, State, Model> {
  const { name, level } = judging;
  return {
    name,
    level,
    prepare: (profile, budget) => judging.prepare(profile, budget),
    start: () => judging.start(),
    beside: (state) => judging.beside(state),
    encode: (state) => judging.encode(state),
    decode: (bytes) => judging.decode(bytes),
    step(state, input, model) {
      const { minute, closed } = turnMinute(state.minute, input, model?.version ?? UNLEARNED, name, level);
      state.minute = minute;
      if (isGap(input)) {
        minute.gap += 1;
        judging.lose?.(state);
        return closed;
      }
      if (judging.insufficient?.(input)) {
        minute.insufficient = (minute.insufficient ?? 0) + 1;
        return closed;
      }
      const scale = model === undefined ? undefined : judging.scale(model, input);
      if (model === undefined || scale === undefined) {
        minute.warming += 1;
        return closed;
      }
      const judged = judging.judge(input, state, model);
      const anomalous = judged.score >= Math.min(scale.threshold.score, ceilingOf(judged.path));
      countJudged(minute, scale.calibration, judged.score, anomalous);
      return anomalous ? [...closed, verdictOf(judging, input, judged, model.version, scale)] : closed;
    },
  };
}

function verdictOf<Event extends JudgedEvent, State, Model, Judged extends Judgement>(
  judging: EventJudging<Event, State, Model, Judged>,
  event: Event,
  judged: Judged,
  version: string,
  { calibration }: Scale,
): Verdict {
  const { application, workload, container, stream, timeUs } = event;
  const endUs = 'endUs' in event ? event.endUs : timeUs;
  const clues = judged.clues.filter(({ nats }) => nats > 0).sort((a, b) => b.nats - a.nats);
  const { severity, impact, cwe, techniques, request, joins } = judging.tell(event, judged, clues);
  return {
    type: 'verdict',
    schema: 1,
    id: identity(judging.name, version, container, stream, event.id, timeUs),
    application,
    workload,
    container,
    detector: judging.name,
    level: judging.level,
    profileVersion: version,
    stream,
    window: { startUs: timeUs, endUs: Math.max(endUs, timeUs + 1) },
    count: 1,
    state: 'anomalous',
    pValue: pValue(calibration, judged.score),
    score: judged.score,
    severity,
    ...(impact === undefined ? {} : { impact }),
    path: judged.path,
    finding: judged.finding,
    cwe,
    techniques,
    evidence: clues.slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
    ...(request === undefined ? {} : { request }),
    joins,
  };
}
