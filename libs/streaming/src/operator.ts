import type { LogRecord, OutgoingRecord } from './event-log.js';

/**
 * One service's work on one topic as a pure, keyed state machine: the node of the topology. The stateful processor
 * runs it on memory or on Kafka and Redis; it does no I/O, and takes no clock.
 */
export interface Operator<Message, State> {
  /** The consumer group, and the namespace of its state. */
  readonly name: string;
  readonly topic: string;
  /** Life of a key's state after its last change. */
  readonly stateTtlMs: number;
  /** The message in a record. Throws a `PlimsollError` that is not retriable for one that can never be read. */
  decode(record: LogRecord): Message;
  /** Which state the message belongs to. */
  key(message: Message): string;
  start(key: string): State;
  /** Alters `state` in place and returns what to publish, and whether the state ends here. */
  step(
    state: State,
    message: Message,
    key: string,
  ): { readonly publish: readonly OutgoingRecord[]; readonly end: boolean };
  encode(state: State): Uint8Array;
  decodeState(bytes: Uint8Array): State;
}
