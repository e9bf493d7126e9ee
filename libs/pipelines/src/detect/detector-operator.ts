import { encodeJson, TOPICS, type VerdictsRecord, type Where } from '@plimsoll/contracts';
import type { Detector } from '@plimsoll/detection';
import type { LogRecord, Operator, OutgoingRecord } from '@plimsoll/streaming';

import type { DetectorModels } from './detector-models.js';
import { ScoringPair, type PairState } from './scoring-pair.js';

/** How long a container that says nothing more, and was not said to have ended, keeps its windows. */
const STATE_TTL_MS = 2 * 3_600_000;

/** A detector as a service's operator: topic → detector → `verdicts`. */
export function detectorOperator<Input extends Where, State, Model>(options: {
  readonly topic: string;
  readonly detector: Detector<Input, State, Model>;
  readonly models: DetectorModels<Model>;
  readonly decode: (record: LogRecord) => Input;
  readonly key: (input: Input) => string;
  /** Whether nothing of this key comes any more. */
  readonly last: (input: Input) => boolean;
}): Operator<Input, PairState<State>> {
  const { topic, detector, models, decode, key, last } = options;
  const pair = new ScoringPair(detector);
  return {
    name: `${detector.name}-detector`,
    topic,
    stateTtlMs: () => STATE_TTL_MS,
    settings: models,
    decode,
    key,
    start: () => pair.start(),
    step(state, input, _key, settings) {
      const verdicts = pair.step(state, input, models.models(settings, input.application, input.workload));
      return { publish: verdicts.map(verdictRecord), end: last(input) };
    },
    encode: (state) => pair.encode(state),
    decodeState: (bytes) => pair.decode(bytes),
  };
}

/** A verdict, coverage or watermark as a record on `verdicts`: what is of one application stays in one partition. */
export function verdictRecord(verdict: VerdictsRecord): OutgoingRecord {
  return { topic: TOPICS.verdicts.name, key: verdict.application, value: encodeJson(verdict) };
}
