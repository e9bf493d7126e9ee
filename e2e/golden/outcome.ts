import type { LogRecord } from '@plimsoll/streaming';

import { finalStates, textOf } from '../records.js';

export function textsOf(records: readonly LogRecord[]): string[] {
  return records.map(textOf).sort();
}

/** What a failure shows of an incident: the whole of it fills pages. */
export function summary(state: string): string {
  return state.slice(0, 600);
}

/** The final states of all incidents, in one order. */
export function incidentsOf(records: readonly LogRecord[]): string[] {
  return [...finalStates(records).values()].sort();
}

export async function until(done: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 90_000;
  while (!done() && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Waits until nothing came for two seconds. */
export async function quiet(records: readonly unknown[]): Promise<void> {
  for (let seen = -1; seen !== records.length;) {
    seen = records.length;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
