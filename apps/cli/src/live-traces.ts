import process from 'node:process';

import { printable, type Watching } from '@plimsoll/contracts';
import { asTheyCome, live } from '@plimsoll/local-run';
import type { CollectorMessage } from '@plimsoll/pipelines';

import type { LiveArgument } from './live-argument.js';

export interface LiveTraceOptions {
  readonly privacy: 'strict' | 'balanced' | 'full';
  readonly signal: AbortSignal;
  /** False where nobody waits for what is traced. */
  readonly prompt: boolean;
  /** What Ctrl-C does, in words. */
  readonly onInterrupt: string;
  /** What is traced now, by name: altered as traces begin and end. */
  readonly watched?: Map<string, Watching[number]>;
}

/** What each target does from when it is traced, and in words on standard error when that begins and ends. */
export function liveTraces(
  application: string,
  targets: readonly (LiveArgument & { readonly workload: string })[],
  { onInterrupt, watched, ...options }: LiveTraceOptions,
): AsyncGenerator<CollectorMessage>[] {
  return targets.map(({ name, target, workload }) => {
    const what = printable(`${application}/${workload}`);
    const where = { application, workload, container: `${workload}/live-${name}` };
    return live(where, target, {
      ...options,
      onNotice: (notice) => {
        tell(printable(notice));
      },
      onAttached: () => {
        watched?.set(name, { workload, source: name });
        tell(`tracing ${name} as ${what}; ${onInterrupt}`);
      },
      onEnded: () => {
        watched?.delete(name);
        tell(`${name} has ended: nothing of ${what} is seen any more. Once it runs again, give the command again`);
      },
    });
  });
}

/** What all of them do, as it comes; where one trace fails, the others are let go. */
export async function* tracedTogether(
  application: string,
  targets: readonly (LiveArgument & { readonly workload: string })[],
  options: LiveTraceOptions,
): AsyncGenerator<CollectorMessage> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  try {
    yield* asTheyCome(liveTraces(application, targets, { ...options, signal }));
  } finally {
    over.abort();
  }
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
