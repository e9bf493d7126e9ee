import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { frequencyDetector, FrequencyLearner, sequenceDetector, SequenceLearner } from '@plimsoll/detection';
import { describe, expect, it } from 'vitest';

import { seededRandom } from '../intervals.js';
import { ADFA_CONFIGURATION } from './adfa-options.js';
import { hidsDockerProtocols, hidsDockerTraces, OPERATING_POINT } from './hids-docker.js';
import { studyLayout } from './layout.js';
import { areaUnderCurve, runMethod } from './measures.js';
import { detectorMethod, fitted, judged } from './scoring.js';
import type { Trace } from './trace.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const HIDS = join(process.env['PLIMSOLL_SHARED_DATA'] ?? join(ROOT, '..', 'shared', 'data'), 'hids-docker');
const WHERE = { application: 'study', workload: 'hids-docker' };

describe('measures', () => {
  it('knows the area under the curve, ties counting half', () => {
    expect(areaUnderCurve([1, 2, 3], [4, 5])).toBe(1);
    expect(areaUnderCurve([1, 1], [1, 1])).toBe(0.5);
    expect(areaUnderCurve([2], [1, 3])).toBe(0.5);
  });
});

describe('configuration for ADFA-LD', () => {
  it('is the one that was frozen before the test data was opened', () => {
    expect(ADFA_CONFIGURATION).toBe('54284650eba153a2bc8d0b5713ba096a');
  });
});

// The data carries no licence to redistribute: these run where it lies beside the checkout.
if (existsSync(HIDS)) {
  describe('hids-docker', async () => {
    const traces = await hidsDockerTraces(HIDS);
    const benign = traces.filter(({ label }) => label === 'benign');
    const [replicate, scenario] = hidsDockerProtocols(traces);
    const sequence = sequenceDetector({ publish: 'every' });
    const method = detectorMethod('ours', sequence, () => new SequenceLearner(WHERE), OPERATING_POINT);

    it('is recognised, and holds no trace twice', () => {
      expect(studyLayout(HIDS)).toBe('hids-docker');
      const hashes = traces.map(({ calls }) => createHash('sha256').update(calls).digest('hex'));
      expect(new Set(hashes).size).toBe(traces.length);
    });

    it('tests no trace that a fold learns from', () => {
      for (const { folds } of [replicate!, scenario!]) {
        for (const { benign: learned, test } of folds) {
          const names = new Set(learned.flat().map(({ name }) => name));
          expect(test.some(({ name, label }) => label === 'benign' && names.has(name))).toBe(false);
        }
      }
    });

    it('reaches what was asked where a repetition is new', { timeout: 120_000 }, () => {
      const row = runMethod(method, replicate!.folds);
      expect(row.windowF1.value).toBeGreaterThanOrEqual(0.986);
      expect(row.traceF1.value).toBeGreaterThanOrEqual(0.988);
    });

    it('reaches what was asked where a scenario is new', { timeout: 120_000 }, () => {
      const row = runMethod(method, scenario!.folds);
      expect(row.traceF1.value).toBeGreaterThanOrEqual(0.941);
      expect(row.traceFpr.share).toBeLessThanOrEqual(0.2);
    });

    it('scores benign traces called attacks at the false-alarm rate', { timeout: 120_000 }, () => {
      // Repetition 2 has no cold start; half of its traces are called attacks.
      const fold = replicate!.folds[2]!;
      const test = fold.test
        .filter(({ label }) => label === 'benign')
        .map((trace, i): Trace => ({ ...trace, label: i % 2 === 0 ? 'attack' : 'benign' }));
      const row = runMethod(method, [{ ...fold, test }]);
      expect(row.traceRecall.share).toBe(0);
      expect(row.windowFpr.share).toBeLessThanOrEqual(2 * OPERATING_POINT.windowP);
    });

    it('sees the order inside windows at the sequence level alone', { timeout: 120_000 }, () => {
      const fold = replicate!.folds[2]!;
      const trace = fold.test[0]!;
      const shuffled = {
        ...trace,
        batches: trace.batches.map((batch) => ({ ...batch, numbers: shuffle(batch.numbers) })),
      };
      const frequency = frequencyDetector({ publish: 'every' });
      const shares = fitted(frequency, () => new FrequencyLearner(WHERE), benign.slice(0, 6), 3);
      // Whole batches of 4,096 were shuffled: the window that spans just the first batch's calls keeps its composition.
      const whole = (one: Trace): number | undefined =>
        judged(frequency, shares, one).find(({ end }) => end === 3_999)?.score;
      expect(Math.abs((whole(trace) ?? 0) - (whole(shuffled) ?? 0))).toBeLessThan(0.5);
      const order = fitted(sequence, () => new SequenceLearner(WHERE), benign.slice(5, 11), 3);
      const highest = (one: Trace): number => Math.max(...judged(sequence, order, one).map(({ score }) => score));
      expect(highest(shuffled)).toBeGreaterThan(highest(trace) + 3);
    });
  });
}

function shuffle(calls: Uint16Array): Uint16Array {
  const random = seededRandom(7);
  const mixed = calls.slice();
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}
