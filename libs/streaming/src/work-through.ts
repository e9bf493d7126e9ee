import { deadLetterOf, refusalOf, type Refusal } from './dead-letters.js';
import type { LogRecord, OutgoingRecord } from './event-log.js';
import type { Operator, StepResult } from './operator.js';

/** A record as far as it could be read. */
export type Item<Message> =
  | { readonly record: LogRecord; readonly message: Message; readonly key: string }
  | { readonly record: LogRecord; readonly refusal: Refusal };

/** What one step changed, before it is written. */
interface Changes<State> {
  readonly publish: OutgoingRecord[];
  readonly put: Map<string, State>;
  readonly remove: Set<string>;
  /** Records that are set aside; their dead letters are among `publish`. */
  readonly refused: { readonly record: LogRecord; readonly refusal: Refusal }[];
}

/** The same with the bytes that are written. */
export interface Outcome<State> extends Changes<State> {
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

/** The record that the operator failed on. */
export interface Failure {
  readonly failed: LogRecord;
  readonly refusal: Refusal;
}

/**
 * Lets the operator work through the items in order. `states` holds what is stored of their keys, and is altered: after
 * a failure neither it nor the states in it are good for anything. Pure: nothing is read, written or published.
 */
export function workThrough<Message, State>(
  operator: Operator<Message, State>,
  items: readonly Item<Message>[],
  states: Map<string, State>,
  settings: string,
): Outcome<State> | Failure {
  const changes: Changes<State> = { publish: [], put: new Map(), remove: new Set(), refused: [] };
  for (const item of items) {
    const { record } = item;
    let refusal: Refusal | undefined;
    if ('refusal' in item) {
      refusal = item.refusal;
    } else {
      const { key, message } = item;
      let result: StepResult;
      try {
        const state = states.get(key) ?? operator.start(key);
        result = operator.step(state, message, key, settings);
        keep(changes, states, key, state, result.end);
      } catch (error) {
        return { failed: record, refusal: refusalOf(error) };
      }
      changes.publish.push(...result.publish);
      refusal = result.refused;
    }
    if (refusal === undefined) continue;
    changes.publish.push(deadLetterOf(record, refusal, operator.name));
    changes.refused.push({ record, refusal });
  }
  const bytes = encodeAll(operator, items, changes.put);
  return 'failed' in bytes ? bytes : { ...changes, bytes };
}

function keep<State>(
  { put, remove }: Changes<State>,
  states: Map<string, State>,
  key: string,
  state: State,
  end: boolean,
): void {
  if (end) {
    states.delete(key);
    put.delete(key);
    remove.add(key);
  } else {
    states.set(key, state);
    put.set(key, state);
    remove.delete(key);
  }
}

/** Before anything is published: where a state cannot be written, its last record is the one that the operator failed on. */
function encodeAll<Message, State>(
  operator: Operator<Message, State>,
  items: readonly Item<Message>[],
  put: ReadonlyMap<string, State>,
): Outcome<State>['bytes'] | Failure {
  const bytes = new Map<string, Uint8Array>();
  for (const [key, state] of put) {
    try {
      bytes.set(key, operator.encode(state));
    } catch (error) {
      const last = items.findLast((item) => 'key' in item && item.key === key);
      if (last === undefined) throw error;
      return { failed: last.record, refusal: refusalOf(error) };
    }
  }
  return bytes;
}
