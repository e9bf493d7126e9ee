import { decodeJson, LogEvent, PlimsollError, TOPICS, type LogGap, type VerdictMessage } from '@plimsoll/contracts';
import type { Detector } from '@plimsoll/detection';
import type { Operator, OperatorSettings } from '@plimsoll/streaming';

import { combinedSettings, settingsOf, type DetectorModels } from './detector-models.js';
import { verdictRecord } from './detector-operator.js';
import { JudgingPair, type PairState } from './judging-pair.js';
import { ownFacts, RecentEvents } from './recent-events.js';

/** What one key of `logs` remembers, with the detector that judges it. */
export interface KeyedJudge {
  readonly tag: number;
  step(event: LogEvent, settings: string): readonly VerdictMessage[];
  encode(): Uint8Array;
}

/** The state of one key: its judge, and what it has judged lately. */
export interface LogKeyState {
  readonly judge: KeyedJudge;
  readonly recent: RecentEvents;
}

/** A log detector made ready for the operator. */
export interface LogPart {
  readonly type: LogEvent['type'];
  readonly tag: number;
  readonly name: string;
  readonly settings: OperatorSettings;
  /** Life of a key's state after its last event. */
  readonly stateTtlMs: number;
  start(): KeyedJudge;
  resume(bytes: Uint8Array): KeyedJudge;
}

/** One event type's detector with its models. `tag` marks its states and never changes between releases. */
export function logPart<Type extends Exclude<LogEvent['type'], 'gap'>, State, Model>(
  type: Type,
  tag: number,
  stateTtlMs: number,
  detector: Detector<Extract<LogEvent, { type: Type }> | LogGap, State, Model>,
  models: DetectorModels<Model>,
): LogPart {
  const accepts = (event: LogEvent): event is Extract<LogEvent, { type: Type }> | LogGap =>
    event.type === type || (event.type === 'gap' && event.of === type);
  const own = memoised((settings) => settingsOf(settings, detector.name));
  const pair = new JudgingPair(detector);
  const judge = (state: PairState<State>): KeyedJudge => ({
    tag,
    step(event, settings) {
      const { application, workload } = event;
      return accepts(event) ? pair.step(state, event, models.models(own(settings), application, workload)) : [];
    },
    encode: () => pair.encode(state),
  });
  return {
    type,
    tag,
    name: detector.name,
    settings: models,
    stateTtlMs,
    start: () => judge(pair.start()),
    resume: (bytes) => judge(pair.decode(bytes)),
  };
}

/**
 * The log level as one operator: `logs` → the detector of the event's type → `verdicts`. An event that comes again is
 * passed over. A state is one byte that names the detector, the events taken lately, and the detector's own bytes.
 */
export function logOperator(parts: readonly LogPart[]): Operator<LogEvent, LogKeyState> {
  return {
    name: 'log-detector',
    topic: TOPICS.logs.name,
    stateTtlMs: (key) => partOf(parts, key).stateTtlMs,
    settings: combinedSettings(parts.map((part) => [part.name, part.settings])),
    decode: (record) => decodeJson(LogEvent, record.value, 'a log event'),
    key: (event) => `${event.type === 'gap' ? event.of : event.type}:${event.key}`,
    start(key) {
      return { judge: partOf(parts, key).start(), recent: new RecentEvents() };
    },
    step({ judge, recent }, event, _key, settings) {
      const verdicts = recent.take(event.stream, event.id, ...ownFacts(event)) ? judge.step(event, settings) : [];
      return { publish: verdicts.map(verdictRecord), end: false };
    },
    encode: ({ judge, recent }) => Buffer.concat([Uint8Array.of(judge.tag), recent.encode(), judge.encode()]),
    decodeState(bytes) {
      const part = found(parts, ({ tag }) => tag === bytes[0], 'the state of a log detector that this release has not');
      const { events, rest } = RecentEvents.decode(bytes.subarray(1));
      return { judge: part.resume(rest), recent: events };
    },
  };
}

function partOf(parts: readonly LogPart[], key: string): LogPart {
  const type = key.slice(0, key.indexOf(':'));
  return found(parts, (one) => one.type === type, `no log detector takes events of type ${type}`);
}

function found(parts: readonly LogPart[], is: (part: LogPart) => boolean, otherwise: string): LogPart {
  const part = parts.find(is);
  if (!part) throw new PlimsollError('unknown-version', otherwise);
  return part;
}

/** Settings change seldom and are asked for with every event: the last answer is kept. */
function memoised(answer: (text: string) => string): (text: string) => string {
  let last: readonly [text: string, answer: string] | undefined;
  return (text) => {
    if (last?.[0] !== text) last = [text, answer(text)];
    return last[1];
  };
}
