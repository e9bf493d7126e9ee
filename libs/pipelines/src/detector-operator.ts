import { encodeJson, TOPICS, type VerdictMessage, type Where } from '@plimsoll/contracts';
import type { Detector } from '@plimsoll/detection';
import type { LogRecord, Operator, OutgoingRecord } from '@plimsoll/streaming';

import type { DetectorModels } from './detector-models.js';

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
}): Operator<Input, State> {
  const { topic, detector, models, decode, key, last } = options;
  return {
    name: `${detector.name}-detector`,
    topic,
    stateTtlMs: () => STATE_TTL_MS,
    settings: models,
    decode,
    key,
    start: () => detector.start(),
    step(state, input, _key, settings) {
      const verdicts = detector.step(state, input, models.model(settings, input.application, input.workload));
      return { publish: verdicts.map(verdictRecord), end: last(input) };
    },
    encode: (state) => detector.encode(state),
    decodeState: (bytes) => detector.decode(bytes),
  };
}

/** A verdict or coverage as a record on `verdicts`: an application's judgements stay in one partition. */
export function verdictRecord(verdict: VerdictMessage): OutgoingRecord {
  return { topic: TOPICS.verdicts.name, key: verdict.application, value: encodeJson(verdict) };
}
