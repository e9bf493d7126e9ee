import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { KafkaLog } from '@plimsoll/kafka-log';
import { verdictRecord } from '@plimsoll/pipelines';
import { watermarksAt } from '@plimsoll/pipelines/testing/verdicts';

import { Feeder } from './feeder.js';
import { inMemory } from './in-memory.js';
import { difference, Outcome, readOutcome } from './outcome.js';
import { Stack, type Replicas } from './stack.js';
import type { Workload } from './workload.js';

const BUDGET = { falseAlertsPerDay: 1 };
/** Past the last verdict by this, every incident has closed. */
const CLOSING_US = 3_600_000_000;
/** Without a new record for so long, what is missing will not come. */
const SILENCE_MS = 90_000;

/** What one disturbed run came to, beside the same input without disturbance. */
export interface Comparison {
  readonly calls: number;
  readonly fedForMs: number;
  /** From the end of the input to the last record. */
  readonly caughtUpMs: number;
  readonly expected: { readonly verdicts: number; readonly incidents: number };
  /** The first few of each, for the person who reads a failure. */
  readonly verdicts: { readonly missing: readonly string[]; readonly unexpected: readonly string[] };
  readonly incidents: { readonly missing: readonly string[]; readonly unexpected: readonly string[] };
  readonly duplicates: number;
  readonly conflicts: number;
  readonly deadLetters: readonly string[];
  readonly streamsSentAgain: number;
}

/**
 * Sends a workload through the five services on real servers while `disturb` does its worst, and compares verdicts and
 * incidents with those of one process in memory. `disturb` ends when it has done enough or its signal aborts, which it
 * does at the end of the input.
 */
export async function disturbedRun(options: {
  readonly workload: Workload;
  readonly brokers: number;
  readonly replicas: Replicas;
  readonly disturb: (stack: Stack, signal: AbortSignal) => Promise<void>;
  readonly tell: (message: string) => void;
}): Promise<Comparison> {
  const { workload, brokers, replicas, disturb, tell } = options;
  const expected = await undisturbed(workload, tell);
  const stack = await Stack.start({ brokers, replicas, profiles: workload.profiles });
  try {
    return await comparedRun({
      ...{ workload, expected, tell },
      brokers: stack.kafka.brokers.split(','),
      collector: () => stack.processes('collector')[0]?.address ?? 'http://127.0.0.1:9',
      disturb: (signal) => disturb(stack, signal),
    });
  } finally {
    await stack.close();
  }
}

/** What the workload comes to in one process in memory. */
export async function undisturbed(workload: Workload, tell: (message: string) => void): Promise<Outcome> {
  tell(`${workload.calls} calls of ${workload.applications.length} applications, first in one process in memory`);
  const expected = await inMemory(workload, BUDGET);
  tell(`${expected.verdicts.size} verdicts, ${expected.incidents().size} incidents; now through the services`);
  return expected;
}

/** Sends a workload to a stack that runs and knows its profiles, and compares what comes on the topics with `expected`. */
export async function comparedRun(options: {
  readonly workload: Workload;
  readonly expected: Outcome;
  readonly brokers: readonly string[];
  /** Where the collector answers now. */
  readonly collector: () => string;
  readonly disturb: (signal: AbortSignal) => Promise<void>;
  readonly tell: (message: string) => void;
}): Promise<Comparison> {
  const { workload, expected, brokers, collector, disturb, tell } = options;
  const incidents = expected.incidents();
  const log = new KafkaLog({ brokers: [...brokers], clientId: `reader-${randomUUID()}` });
  try {
    const seen = new Outcome(new Set(workload.applications));
    await readOutcome(log, seen);
    const feeder = new Feeder(workload, collector);
    const ended = new AbortController();
    const end = (): void => {
      ended.abort();
    };
    const startedMs = Date.now();
    const disturbing = disturb(ended.signal);
    await Promise.all([feeder.run().finally(end), disturbing]);
    const fedMs = Date.now();
    tell(`everything is sent after ${seconds(fedMs - startedMs)}; ${seen.verdicts.size} verdicts so far`);
    await until(seen, () => seen.verdicts.size >= expected.verdicts.size);
    const caughtUpMs = Math.max(0, seen.lastMs - fedMs);
    const closing = expected.newestUs() + CLOSING_US;
    await log.publish(workload.applications.flatMap((name) => watermarksAt(name, closing).map(verdictRecord)));
    await until(seen, () => difference(incidents, seen.incidents()).missing.length === 0);
    // What should not be there comes late, if it comes.
    await wait(5_000);
    return {
      calls: workload.calls,
      fedForMs: fedMs - startedMs,
      caughtUpMs,
      expected: { verdicts: expected.verdicts.size, incidents: incidents.size },
      verdicts: difference(expected.verdicts, seen.verdicts),
      incidents: difference(incidents, seen.incidents()),
      duplicates: seen.duplicates,
      conflicts: seen.conflicts.length,
      deadLetters: seen.deadLetters,
      streamsSentAgain: feeder.resent,
    };
  } finally {
    await log.close();
  }
}

async function until(seen: Outcome, done: () => boolean): Promise<void> {
  seen.lastMs = Date.now();
  while (!done() && Date.now() - seen.lastMs < SILENCE_MS) await wait(500);
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
