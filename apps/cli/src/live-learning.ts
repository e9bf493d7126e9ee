import process from 'node:process';

import { PlimsollError, printable } from '@plimsoll/contracts';
import { learnLive, live } from '@plimsoll/local-run';

import { learnersFor, type KeyGroups } from './key-groups.js';
import type { LiveArgument } from './live-argument.js';
import { stopSignal } from './stop-signal.js';
import { LiveCounts } from './terminal/live-counts.js';

export interface LiveLearningOptions {
  readonly application?: string | undefined;
  live: LiveArgument[];
  keyGroup: KeyGroups;
  privacy: 'strict' | 'balanced' | 'full';
}

const TELL_EVERY_MS = 5_000;

/** Learns from running processes until Ctrl-C, and tells every few seconds what of each workload was seen. */
export async function learnFromLive({
  application = 'default',
  live: targets,
  keyGroup,
  privacy,
}: LiveLearningOptions): ReturnType<typeof learnLive> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stopSignal(), failed.signal]);
  const seen = new LiveCounts(targets.map(named));
  const sinceMs = performance.now();
  const streams = targets.map((argument) => {
    const { name, target } = argument;
    const workload = named(argument);
    process.stderr.write(`tracing ${name} as ${application}/${workload}; Ctrl-C ends learning\n`);
    const where = { application, workload, container: `${workload}/live-${name}` };
    return live(where, target, { privacy, signal, prompt: false, onNotice });
  });
  const told = setInterval(() => {
    process.stderr.write(`${seen.words()}\n`);
    for (const hint of seen.hints(performance.now() - sinceMs)) process.stderr.write(`${printable(hint)}\n`);
  }, TELL_EVERY_MS);
  const learned = await learnLive(streams, learnersFor(keyGroup), (message) => {
    seen.add(message);
  }).finally(() => {
    clearInterval(told);
    // Where one trace fails, the others are let go.
    failed.abort();
  });
  process.stderr.write(`${seen.words()}\n`);
  return learned;
}

/** Tells what a trace could not read. */
export function onNotice(notice: string): void {
  process.stderr.write(`${printable(notice)}\n`);
}

function named({ workload, name }: LiveArgument): string {
  if (workload !== undefined) return workload;
  throw new PlimsollError('bad-configuration', `--live ${name}: name its workload: --live WORKLOAD=${name}`);
}
