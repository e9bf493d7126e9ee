import type { LogRecord, OutgoingRecord } from './event-log.js';

/** What one message led to. */
export interface StepResult {
  readonly publish: readonly OutgoingRecord[];
  /** The state ends here: the next message of the key starts anew. */
  readonly end: boolean;
  /** The message was not used: it goes to the dead letters with this reason (`late`, say), and is counted. */
  readonly refused?: { readonly reason: string; readonly detail: string };
}

/**
 * What is decided outside the stream and yet alters the output: which profiles are active. A change is written into
 * the partition's checkpoint before a record is scored by it, so a replay scores every record by the same settings.
 */
export interface OperatorSettings {
  /** The settings that partitions shall move to, in a text that names them exactly (versions, say). At most 64 KiB. */
  wanted(): string;
  /**
   * Makes ready for `step` what the text names. A retriable failure is tried again; on any other the partition moves
   * to what is `wanted()` then, and the batch fails where that is the same text.
   */
  prepare(settings: string): Promise<void>;
}

/**
 * One service's work on one topic as a pure, keyed state machine: the node of the topology. The stateful processor
 * runs it on memory or on Kafka and Redis; it does no I/O, and takes no clock.
 */
export interface Operator<Message, State> {
  /** The consumer group, and the namespace of its state. */
  readonly name: string;
  readonly topic: string;
  /**
   * Life of a key's state after its last change, by the wall clock: far longer than any window that the state holds, and
   * short enough that keys which never come again (connections, sessions, containers) do not pile up. It may depend on
   * what was seen of the key.
   */
  stateTtlMs(key: string, state: State): number;
  readonly settings?: OperatorSettings;
  /** The message in a record. Throws a `PlimsollError` that is not retriable for one that can never be read. */
  decode(record: LogRecord): Message;
  /** Which state the message belongs to. Every message of one key must come in one partition. */
  key(message: Message): string;
  start(key: string): State;
  /**
   * Alters `state` in place and returns what follows from it. `settings` is what the partition is scored by, prepared;
   * empty for an operator without settings. A message that it throws on goes to the dead letters and changes nothing.
   */
  step(state: State, message: Message, key: string, settings: string): StepResult;
  /** A state that it throws on is as if `step` had thrown on the first message that led to one. */
  encode(state: State): Uint8Array;
  /** Throws `unknown-version` for a state of a release it does not know: the partition then waits, and says so. */
  decodeState(bytes: Uint8Array): State;
}
