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

/** A key whose state could not be written in the end: one of its records is to blame. */
export interface Suspicion {
  readonly suspect: string;
}

/**
 * Lets the operator work through the items in order. `states` holds what is stored of their keys, and is altered: after
 * a failure neither it nor the states in it are good for anything. The state of a key among `suspects` is written after
 * each of its records, so that the first that leads to one which cannot be written is the failure, however records are
 * split in steps. Pure: nothing is read, stored or published.
 */
export function runStep<Message, State>(
  operator: Operator<Message, State>,
  items: readonly Item<Message>[],
  states: Map<string, State>,
  settings: string,
  suspects: ReadonlySet<string>,
): Outcome<State> | Failure | Suspicion {
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
        if (suspects.has(key) && !result.end) operator.encode(state);
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
  const bytes = new Map<string, Uint8Array>();
  for (const [key, state] of changes.put) {
    try {
      bytes.set(key, operator.encode(state));
    } catch {
      return { suspect: key };
    }
  }
  return { ...changes, bytes };
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
