import { identity } from '@plimsoll/contracts';
import { DEFAULT_SEQUENCE_OPTIONS, type SequenceOptions } from '@plimsoll/detection';

/** The family of attacks that the configuration was chosen on, beside parts of the training traces; scored apart. */
export const DEVELOPMENT_FAMILY = 'Adduser';

/**
 * The sequence detector's configuration for ADFA-LD, chosen on development data alone: Training traces in six splits
 * (three of them by order of name, as a stand-in for drift) against the development family. What was tried is in
 * docs/reports/adfa-ld.md. A trace is one window; n-grams, since bags of so varied processes are soon all known.
 */
export const ADFA_OPTIONS: SequenceOptions = {
  ...DEFAULT_SEQUENCE_OPTIONS,
  bags: [],
  ngrams: [10, 15],
  windowCalls: 10_000,
  minCalls: 30,
  rateCalls: 30,
};

/** Benign traces that may alarm, by calibration. */
export const ADFA_P = 0.05;

/** Folds of the cross-calibration over the training traces. */
export const ADFA_FOLDS = 10;

/** What identifies the frozen configuration: the report states it, and a test keeps it. */
export const ADFA_CONFIGURATION = identity(JSON.stringify([ADFA_OPTIONS, ADFA_P, ADFA_FOLDS]));
