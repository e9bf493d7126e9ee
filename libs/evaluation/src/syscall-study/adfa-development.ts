import { PlimsollError } from '@plimsoll/contracts';
import { sequenceDetector, SequenceLearner, type SequenceOptions } from '@plimsoll/detection';

import { ADFA_CANDIDATES, ADFA_FOLDS, ADFA_P_CANDIDATES, isDevelopment } from './adfa-options.js';
import { adfaTraces, WHERE } from './adfa-traces.js';
import type { StudyOptions } from './hids-docker.js';
import { adfaRoot } from './layout.js';
import { areaUnderCurve, f1Of } from './measures.js';
import { fitted, strangest } from './scoring.js';

/** One candidate on development data. */
export interface AdfaCandidateRow {
  readonly options: SequenceOptions;
  readonly auc: number;
  /** By nominal rate of false alarms: what came of it. */
  readonly points: readonly {
    readonly p: number;
    readonly f1: number;
    readonly fpr: number;
    readonly recall: number;
  }[];
}

/**
 * Scores every candidate configuration on ADFA-LD's development data: Training traces learn and calibrate; the
 * development half of Validation and the development families are scored. No other trace is looked at. F1 is at the
 * official test's share of attacks: each benign trace counts `weight` times.
 */
export async function runAdfaDevelopment(path: string, options: StudyOptions = {}): Promise<AdfaCandidateRow[]> {
  const root = adfaRoot(path);
  if (root === undefined) throw new PlimsollError('wrong-kind', `${path}: no ADFA-LD here`);
  const { training, validation, attack } = await adfaTraces(root, options.signal);
  const benign = validation.filter(isDevelopment);
  const attacks = attack.filter(isDevelopment);
  const weight = (validation.length / attack.length) * (attacks.length / benign.length);
  const detector = sequenceDetector({ publish: 'every' });
  return ADFA_CANDIDATES.map((candidate, i): AdfaCandidateRow => {
    if (options.signal?.aborted) throw new PlimsollError('stopped', 'the study was stopped');
    options.onProgress?.(i, ADFA_CANDIDATES.length, configurationName(candidate));
    const model = fitted(detector, () => new SequenceLearner(WHERE, candidate), training, ADFA_FOLDS);
    const b = benign.map((trace) => strangest(detector, model, trace));
    const a = attacks.map((trace) => strangest(detector, model, trace));
    const points = ADFA_P_CANDIDATES.map((p) => {
      const over = (scores: readonly number[]): number => scores.filter((score) => score >= -Math.log10(p)).length;
      return {
        p,
        f1: f1Of(over(a), over(b) * weight, a.length - over(a)),
        fpr: over(b) / b.length,
        recall: over(a) / a.length,
      };
    });
    return { options: candidate, auc: areaUnderCurve(b, a), points };
  });
}

function configurationName({ bags, ngrams, rare }: SequenceOptions): string {
  return [
    ...(bags.length > 0 ? [`bags of ${bags.join(', ')}`] : []),
    ...(ngrams.length > 0 ? [`n-grams of ${ngrams.join(' and ')}`] : []),
    ...(rare ? [`calls rarer than one in ${2 ** rare.bits} after ${rare.length - 1}`] : []),
  ].join(' agreeing with ');
}
