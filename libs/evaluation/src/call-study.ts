import type { CallCorpus, ScoredEpisode } from './call-corpus.js';
import { CallVariants, FREQUENCY_VARIANTS, type GroupCalls, type VariantOptions } from './call-variants.js';
import { requestSizes } from './request-sizes.js';
import { statementCalls, type StatementCalls } from './statement-calls.js';
import { scoreView, type ViewScore } from './view-score.js';

/** The detectors of calls by themselves on one application's recordings, in all their variants. */
export interface CallStudy {
  readonly application: string;
  /** Episodes that chose a key group, and are scored in no row but that of the statements. */
  readonly development: readonly string[];
  /** One bag size at a time, 1 to 15, and all of the default together. */
  readonly bagSizes: readonly ViewScore[];
  readonly keyGroups: readonly ViewScore[];
  /** What the groups hold, by the way of choosing and workload. */
  readonly groups: readonly GroupCalls[];
  /** The frequency detector with and without sizes, over windows of several lengths. */
  readonly frequency: readonly ViewScore[];
  /** What sizes alone find, request by request. */
  readonly requestSizes: readonly ViewScore[];
  readonly statements: readonly StatementCalls[];
}

/** Runs every variant on the corpus. A minute or two for the recordings of `employee`. */
export function callStudy(corpus: CallCorpus, options: VariantOptions): CallStudy {
  const variants = new CallVariants(corpus, options);
  const scored = (name: string, episodes: readonly ScoredEpisode[]): ViewScore => scoreView(name, episodes);
  const groups = variants.keyGroups();
  return {
    application: corpus.application,
    development: variants.developed.map(({ episode }) => episode),
    bagSizes: variants.bagSizes().map(({ name, given }) => scored(name, variants.sequence(name, given))),
    keyGroups: groups.flatMap(({ name, groupOf }) => [
      scored(`sequence, ${name}`, variants.sequence(`sequence, ${name}`, {}, groupOf)),
      scored(`frequency, ${name}`, variants.frequency(`frequency, ${name}`, {}, groupOf)),
    ]),
    groups: variants.groupCalls(),
    frequency: FREQUENCY_VARIANTS.map(({ name, given }) => scored(name, variants.frequency(name, given))),
    requestSizes: requestSizes(variants.scored, options.budget),
    statements: statementCalls(corpus),
  };
}
