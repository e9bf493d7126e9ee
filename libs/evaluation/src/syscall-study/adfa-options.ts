import { createHash } from 'node:crypto';

import { identity } from '@plimsoll/contracts';
import { DEFAULT_SEQUENCE_OPTIONS, type SequenceOptions } from '@plimsoll/detection';

import type { Trace } from './trace.js';

/**
 * Attack families that the configuration was chosen on: the one that served so before, and of the five others the one
 * whose name has the lowest SHA-256.
 */
export const DEVELOPMENT_FAMILIES: readonly string[] = ['Adduser', 'Hydra_SSH'];

/**
 * Whether a test trace is development data: an attack by its family, a validation trace by its content (the half whose
 * SHA-256 begins with an even byte, so that equal traces are on one side).
 */
export function isDevelopment({ label, group, calls }: Pick<Trace, 'label' | 'group' | 'calls'>): boolean {
  return label === 'attack' ? DEVELOPMENT_FAMILIES.includes(group) : digestOf(calls)[0]! % 2 === 0;
}

export function digestOf(calls: Uint16Array): Buffer {
  return createHash('sha256')
    .update(Buffer.from(calls.buffer, calls.byteOffset, calls.byteLength))
    .digest();
}

const TRACE: Omit<SequenceOptions, 'bags' | 'ngrams'> = {
  scope: DEFAULT_SEQUENCE_OPTIONS.scope,
  windowCalls: 10_000,
  minCalls: 30,
  rateCalls: 30,
};

/**
 * What the configuration was chosen among, on development data alone: a trace is one window of the sequence detector.
 * `runAdfaDevelopment` repeats the choice; docs/reports/adfa-ld.md has its table.
 */
export const ADFA_CANDIDATES: readonly SequenceOptions[] = [
  { ...TRACE, bags: [], ngrams: [6] },
  { ...TRACE, bags: [], ngrams: [10] },
  { ...TRACE, bags: [], ngrams: [10, 15] },
  { ...TRACE, bags: [], ngrams: [], rare: { length: 4, bits: 3 } },
  { ...TRACE, bags: [], ngrams: [], rare: { length: 6, bits: 4 } },
  { ...TRACE, bags: [], ngrams: [], rare: { length: 8, bits: 3 } },
  { ...TRACE, bags: [], ngrams: [], rare: { length: 8, bits: 4 } },
  { ...TRACE, bags: [], ngrams: [], rare: { length: 8, bits: 5 } },
  { ...TRACE, bags: [], ngrams: [10], rare: { length: 8, bits: 4 } },
];
export const ADFA_P_CANDIDATES: readonly number[] = [0.02, 0.05, 0.1, 0.15, 0.2];

/** The chosen one: calls less likely than one in sixteen after the seven before them. */
export const ADFA_OPTIONS: SequenceOptions = { ...TRACE, bags: [], ngrams: [], rare: { length: 8, bits: 4 } };

/** Benign traces that may alarm, by calibration. */
export const ADFA_P = 0.15;

/** Folds of the cross-calibration over the training traces. */
export const ADFA_FOLDS = 10;

/** What identifies the frozen configuration: the report states it, and a test keeps it. */
export const ADFA_CONFIGURATION = identity(JSON.stringify([ADFA_OPTIONS, ADFA_P, ADFA_FOLDS]));
