import {
  decodeJson,
  encodeJson,
  Progress,
  PROGRESS_HEADER,
  TOPICS,
  type TimeUs,
  type Watermark,
} from '@plimsoll/contracts';
import type { Operator, OutgoingRecord, StepResult } from '@plimsoll/streaming';

/** A source that says nothing for so long, by time of arrival, is not waited for: a collector that was stopped. */
export const SOURCE_IDLE_MS = 120_000;
const STATE_TTL_MS = 3_600_000;
/** Begins the keys of progress: no key of events does. */
const PROGRESS_KEY = '\nprogress\n';
/** First byte of a state of progress; no detector's own state begins with it. */
const PROGRESS_TAG = 0xf1;
/** Sources of an application that one partition knows; beyond it the one not heard of for longest goes. */
const MAX_SOURCES = 1_024;

interface Arrived {
  readonly progress: Progress;
  readonly partition: number;
  readonly arrivedMs: number;
}

interface Source {
  readonly timeUs: TimeUs;
  readonly heardMs: number;
  readonly skewed: number;
}

/** What one partition knows of an application's sources. */
interface SourcesState {
  /** The order is that in which they were heard. */
  readonly sources: Map<string, Source>;
  timeUs: TimeUs;
}

/** What the operator works with: the detector's own, or how far a source has come. */
export type OrProgress<Message> = { readonly own: Message } | Arrived;
export type OrSources<State> = { readonly own: State } | SourcesState;

/**
 * A detector that says how far it has come: behind what it made of a partition's records, it passes on the least of what
 * the partition's sources have reached, as a watermark on `verdicts`. States and verdicts are the detector's own.
 */
export function followingProgress<Message, State>(
  operator: Operator<Message, State>,
): Operator<OrProgress<Message>, OrSources<State>> {
  return {
    ...operator,
    stateTtlMs: (key, state) => ('own' in state ? operator.stateTtlMs(key, state.own) : STATE_TTL_MS),
    decode(record) {
      if (record.headers[PROGRESS_HEADER] === undefined) return { own: operator.decode(record) };
      const progress = decodeJson(Progress, record.value, 'progress');
      return { progress, partition: record.partition, arrivedMs: record.timestampMs };
    },
    key: (message) => ('own' in message ? operator.key(message.own) : `${PROGRESS_KEY}${message.progress.application}`),
    start: (key) => (key.startsWith(PROGRESS_KEY) ? { sources: new Map(), timeUs: 0 } : { own: operator.start(key) }),
    step(state, message, key, settings): StepResult {
      if ('own' in message && 'own' in state) return operator.step(state.own, message.own, key, settings);
      if ('own' in message || 'own' in state) throw new Error('a key is of events or of progress');
      return { publish: [follow(state, message, operator)], end: false };
    },
    encode: (state) => ('own' in state ? operator.encode(state.own) : encodeSources(state)),
    decodeState: (bytes) =>
      bytes[0] === PROGRESS_TAG ? decodeSources(bytes.subarray(1)) : { own: operator.decodeState(bytes) },
  };
}

function follow(
  state: SourcesState,
  { progress, partition, arrivedMs }: Arrived,
  { name, topic }: Pick<Operator<never, never>, 'name' | 'topic'>,
): OutgoingRecord {
  const { application, source, timeUs, partitions, end, skewed = 0, watching } = progress;
  const { sources } = state;
  sources.delete(source);
  sources.set(source, { timeUs, heardMs: arrivedMs, skewed });
  for (const [other, { heardMs }] of sources) {
    if (heardMs < arrivedMs - SOURCE_IDLE_MS || sources.size > MAX_SOURCES) sources.delete(other);
  }
  state.timeUs = Math.min(...[...sources.values()].map((each) => each.timeUs));
  const allSkewed = [...sources.values()].reduce((sum, each) => sum + each.skewed, 0);
  if (end === true) sources.delete(source);
  const watermark: Watermark = {
    type: 'watermark',
    schema: 1,
    application,
    detector: name,
    topic,
    partition,
    timeUs: state.timeUs,
    partitions,
    ...(allSkewed > 0 && { skewed: allSkewed }),
    ...(watching !== undefined && { watching }),
  };
  return { topic: TOPICS.verdicts.name, key: application, value: encodeJson(watermark) };
}

function encodeSources({ sources, timeUs }: SourcesState): Uint8Array {
  return Buffer.concat([Uint8Array.of(PROGRESS_TAG), encodeJson({ sources: [...sources], timeUs })]);
}

function decodeSources(bytes: Uint8Array): SourcesState {
  // Our own bytes from `encodeSources`.
  const { sources, timeUs } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    sources: [string, Source][];
    timeUs: TimeUs;
  };
  return { sources: new Map(sources), timeUs };
}
