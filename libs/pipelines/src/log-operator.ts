import { decodeJson, LogEvent, PlimsollError, TOPICS, type LogGap, type VerdictMessage } from '@plimsoll/contracts';
import type { Detector } from '@plimsoll/detection';
import type { Operator } from '@plimsoll/streaming';

import { STATE_TTL_MS, verdictRecord, type ModelSource } from './detector-operator.js';

/** What one key of `logs` remembers, with the detector that judges it. */
export interface KeyedJudge {
  readonly tag: number;
  step(event: LogEvent): readonly VerdictMessage[];
  encode(): Uint8Array;
}

/** A log detector made ready for the operator: which events it takes, and how its keys begin. */
export interface LogPart {
  readonly type: LogEvent['type'];
  readonly tag: number;
  start(): KeyedJudge;
  resume(bytes: Uint8Array): KeyedJudge;
}

/** One event type's detector with its models. `tag` marks its states; it never changes between releases. */
export function logPart<Type extends Exclude<LogEvent['type'], 'gap'>, State, Model>(
  type: Type,
  tag: number,
  detector: Detector<Extract<LogEvent, { type: Type }> | LogGap, State, Model>,
  models: ModelSource<Model>,
): LogPart {
  const accepts = (event: LogEvent): event is Extract<LogEvent, { type: Type }> | LogGap =>
    event.type === type || (event.type === 'gap' && event.of === type);
  const judge = (state: State): KeyedJudge => ({
    tag,
    step(event) {
      const model = models.model(event.application, event.workload);
      return accepts(event) ? detector.step(state, event, model) : [];
    },
    encode: () => detector.encode(state),
  });
  return { type, tag, start: () => judge(detector.start()), resume: (bytes) => judge(detector.decode(bytes)) };
}

/**
 * The log level as one operator: `logs` → the detector of the event's type → `verdicts`. A state is the detector's own
 * bytes behind one byte that names the detector.
 */
export function logOperator(parts: readonly LogPart[]): Operator<LogEvent, KeyedJudge> {
  const partOf = (type: string): LogPart => {
    const part = parts.find((candidate) => candidate.type === type);
    if (!part) throw new PlimsollError('unknown-version', `no log detector takes events of type ${type}`);
    return part;
  };
  const typeOf = (event: LogEvent): string => (event.type === 'gap' ? event.of : event.type);
  return {
    name: 'log-detector',
    topic: TOPICS.logs.name,
    stateTtlMs: STATE_TTL_MS,
    decode: (record) => decodeJson(LogEvent, record.value, 'a log event'),
    key: (event) => `${typeOf(event)}:${event.key}`,
    start: (key) => partOf(key.slice(0, key.indexOf(':'))).start(),
    step(state, event) {
      return { publish: state.step(event).map(verdictRecord), end: false };
    },
    encode(state) {
      const bytes = state.encode();
      const tagged = new Uint8Array(bytes.byteLength + 1);
      tagged[0] = state.tag;
      tagged.set(bytes, 1);
      return tagged;
    },
    decodeState(bytes) {
      const part = parts.find((candidate) => candidate.tag === bytes[0]);
      if (!part) throw new PlimsollError('unknown-version', 'the state of a log detector that this release has not');
      return part.resume(bytes.subarray(1));
    },
  };
}
