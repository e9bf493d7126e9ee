import { identity, PlimsollError } from '@plimsoll/contracts';

import type { Operator } from '../operator.js';

/** What a key of the counting operator remembers. */
export interface CountState {
  count: number;
  /** Identity of everything seen so far, in order: any record lost, doubled or swapped alters it. */
  chain: string;
}

export interface CountMessage {
  readonly key: string;
  readonly text: string;
}

/** Texts that the operator treats in a way of its own. */
export const UNREADABLE = 'unreadable';
export const FAILING = 'failing';
export const LATE = 'late';
export const ENDING = 'ending';

/**
 * The smallest operator that shows every fault of a runtime: it counts and chains the texts of each key and publishes
 * the chain after every third, so a record that is lost, doubled or out of order changes the output.
 */
export function countingOperator(options: {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly stateTtlMs?: number;
}): Operator<CountMessage, CountState> {
  return {
    name: options.name,
    topic: options.from,
    stateTtlMs: () => options.stateTtlMs ?? 3_600_000,
    decode: ({ key, value }) => {
      const text = Buffer.from(value).toString('utf8');
      if (text === UNREADABLE || key === null) throw new PlimsollError('bad-message', 'not a text to count');
      return { key, text };
    },
    key: ({ key }) => key,
    start: (key) => ({ count: 0, chain: identity(key) }),
    step: (state, { text }, key) => {
      if (text === LATE) return { publish: [], end: false, refused: { reason: 'late', detail: 'behind its window' } };
      state.count += 1;
      state.chain = identity(state.chain, text);
      if (text === FAILING) throw new TypeError('fails after it altered the state');
      const end = text === ENDING;
      if (!end && state.count % 3 !== 0) return { publish: [], end };
      const value = Buffer.from(`${key} ${state.count} ${state.chain}`);
      return { publish: [{ topic: options.to, key, value, headers: { count: String(state.count) } }], end };
    },
    encode: ({ count, chain }) => Buffer.from(JSON.stringify([1, count, chain])),
    decodeState: (bytes) => {
      const [version, count, chain] = JSON.parse(Buffer.from(bytes).toString('utf8')) as [number, number, string];
      if (version !== 1)
        throw new PlimsollError('unknown-version', `a state of version ${version}, this release reads 1`);
      return { count, chain };
    },
  };
}
