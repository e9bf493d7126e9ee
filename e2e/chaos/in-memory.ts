import { runDetection } from '@plimsoll/local-run';
import { applicationOperators, CollectorPipeline, fixedProfiles, type CollectorMessage } from '@plimsoll/pipelines';
import { openParser } from '@plimsoll/sources';

import { Outcome } from './outcome.js';
import { retimed, type RetimedSource } from './retimed.js';
import type { Workload } from './workload.js';

/** The same sources through every service in one process, on a log and a store in memory, one source after another. */
export async function inMemory(
  { profiles, sources }: Pick<Workload, 'profiles' | 'sources'>,
  budget: { readonly falseAlertsPerDay: number },
): Promise<Outcome> {
  const outcome = new Outcome();
  const operators = applicationOperators(fixedProfiles(profiles), budget);
  const { deadLetters } = await runDetection(messagesOf(sources), operators, {
    onVerdict: (_, record) => {
      outcome.takeVerdict(record);
    },
    onAlert: outcome.takeAlert,
  });
  for (const letter of deadLetters) outcome.deadLetters.push(JSON.stringify(letter));
  return outcome;
}

/** What a collector makes of the sources. */
async function* messagesOf(sources: readonly RetimedSource[]): AsyncGenerator<CollectorMessage> {
  for (const source of sources) {
    const { where, stream, kind } = source;
    const parser = openParser(kind, { ...where, stream, privacy: 'balanced' });
    const pipeline = new CollectorPipeline(where, stream);
    for (const { bytes } of await retimed(source)) {
      for (const item of parser.push(bytes)) yield* pipeline.push(item);
    }
    for (const item of parser.end()) yield* pipeline.push(item);
  }
}
