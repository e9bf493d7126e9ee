import { decodeJson, LogEvent, PlimsollError, TOPICS, type VerdictMessage } from '@plimsoll/contracts';
import type { Detector, EventDetectorRow } from '@plimsoll/detection';
import type { Operator, OperatorSettings } from '@plimsoll/streaming';

import { combinedSettings, settingsOf, type DetectorModels } from './detector-models.js';
import { verdictRecord } from './detector-operator.js';
import { ScoringPair, type ModelPair, type PairState } from './scoring-pair.js';
import { ownFacts, RecentEvents } from './recent-events.js';

/** What one key of `logs` remembers, with the detector that scores it. */
export interface KeyedScorer {
  readonly tag: number;
  /** Whether a profile of the event's workload is active. */
  scores(event: LogEvent, settings: string): boolean;
  step(event: LogEvent, settings: string): readonly VerdictMessage[];
  encode(): Uint8Array;
}

/** The state of one key: its scorers, one a detector, and what they have scored lately. */
export interface LogKeyState {
  readonly scorers: readonly KeyedScorer[];
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
  /** Life of one that has seen a single event. */
  readonly onceTtlMs: number;
  start(): KeyedScorer;
  resume(bytes: Uint8Array): KeyedScorer;
}

/** A detector of one kind of event with its models. */
export function logPart<State, Model>(
  {
    kind,
    stateTag,
    stateTtlMs,
    onceTtlMs = stateTtlMs,
  }: Pick<EventDetectorRow, 'kind' | 'stateTag' | 'stateTtlMs' | 'onceTtlMs'>,
  detector: Detector<LogEvent, State, Model>,
  models: DetectorModels<Model>,
): LogPart {
  const own = memoised((settings) => settingsOf(settings, detector.name));
  const pair = new ScoringPair(detector);
  const modelsFor = ({ application, workload }: LogEvent, settings: string): ModelPair<Model> =>
    models.models(own(settings), application, workload);
  const scorer = (state: PairState<State>): KeyedScorer => ({
    tag: stateTag,
    scores: (event, settings) => modelsFor(event, settings).active !== undefined,
    step: (event, settings) => pair.step(state, event, modelsFor(event, settings)),
    encode: () => pair.encode(state),
  });
  return {
    type: kind,
    tag: stateTag,
    name: detector.name,
    settings: models,
    stateTtlMs,
    onceTtlMs,
    start: () => scorer(pair.start()),
    resume: (bytes) => scorer(pair.decode(bytes)),
  };
}

/** First byte of a key's state where several detectors read its events; no detector's tag. */
const SEVERAL = 0;

/**
 * The log level as one operator: `logs` → the detectors of the event's kind → `verdicts`. An event that comes again is
 * passed over, if it was scored. A state is one byte that names the detector, the events taken lately, and the detector's own bytes;
 * where several read the kind, each has its tag, its length and its bytes after the events.
 */
export function logOperator(parts: readonly LogPart[]): Operator<LogEvent, LogKeyState> {
  return {
    name: 'log-detector',
    topic: TOPICS.logs.name,
    stateTtlMs(key, { recent }) {
      const once = recent.size <= 1;
      return Math.max(
        ...partsOf(parts, kindOf(key)).map(({ stateTtlMs, onceTtlMs }) => (once ? onceTtlMs : stateTtlMs)),
      );
    },
    settings: combinedSettings(parts.map((part) => [part.name, part.settings])),
    decode: (record) => decodeJson(LogEvent, record.value, 'a log event'),
    key: (event) => `${event.type === 'gap' ? event.of : event.type}:${event.key}`,
    start(key) {
      return { scorers: partsOf(parts, kindOf(key)).map((part) => part.start()), recent: new RecentEvents() };
    },
    step({ scorers, recent }, event, _key, settings) {
      // What nobody can score yet is not spent: it is scored where it comes again once a profile is active.
      const scored = scorers.some((scorer) => scorer.scores(event, settings));
      if (scored && !recent.take(event.stream, event.id, ...ownFacts(event))) return { publish: [], end: false };
      const verdicts = scorers.flatMap((scorer) => scorer.step(event, settings));
      return { publish: verdicts.map(verdictRecord), end: false };
    },
    encode: encodeKeyState,
    decodeState: (bytes) => decodeKeyState(parts, bytes),
  };
}

function encodeKeyState({ scorers, recent }: LogKeyState): Uint8Array {
  const [only, ...more] = scorers;
  if (only !== undefined && more.length === 0) {
    return Buffer.concat([Uint8Array.of(only.tag), recent.encode(), only.encode()]);
  }
  const each = scorers.flatMap((scorer) => {
    const bytes = scorer.encode();
    const head = Buffer.alloc(5);
    head.writeUInt8(scorer.tag);
    head.writeUInt32LE(bytes.length, 1);
    return [head, bytes];
  });
  return Buffer.concat([Uint8Array.of(SEVERAL), recent.encode(), ...each]);
}

/** A detector that came to the kind after the state was written starts anew. */
function decodeKeyState(parts: readonly LogPart[], bytes: Uint8Array): LogKeyState {
  const { events, rest } = RecentEvents.decode(bytes.subarray(1));
  const held = new Map<number, Uint8Array>();
  if (bytes[0] !== SEVERAL) held.set(bytes[0]!, rest);
  else {
    const view = Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength);
    for (let at = 0; at + 5 <= view.length;) {
      const until = at + 5 + view.readUInt32LE(at + 1);
      held.set(view.readUInt8(at), rest.subarray(at + 5, until));
      at = until;
    }
  }
  const known = parts.find(({ tag }) => held.has(tag));
  if (!known) throw new PlimsollError('unknown-version', 'the state of a log detector that this release has not');
  const scorers = partsOf(parts, known.type).map((part) => {
    const own = held.get(part.tag);
    return own === undefined ? part.start() : part.resume(own);
  });
  return { scorers, recent: events };
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}

function partsOf(parts: readonly LogPart[], kind: string): readonly LogPart[] {
  const found = parts.filter(({ type }) => type === kind);
  if (found.length === 0) {
    throw new PlimsollError('unknown-version', `no log detector takes events of type ${kind}`);
  }
  return found;
}

/** Settings change seldom and are asked for with every event: the last answer is kept. */
function memoised(answer: (text: string) => string): (text: string) => string {
  let last: readonly [text: string, answer: string] | undefined;
  return (text) => {
    if (last?.[0] !== text) last = [text, answer(text)];
    return last[1];
  };
}
