import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { frequencyDetector, FrequencyLearner, sequenceDetector, SequenceLearner } from '@plimsoll/detection';
import { describe, expect, it } from 'vitest';

import { proportion, type Proportion, seededRandom } from '../intervals.js';
import { ADFA_CONFIGURATION, isDevelopment } from './adfa-options.js';
import { hidsDockerMethods, hidsDockerProtocols, hidsDockerTraces, OPERATING_P } from './hids-docker.js';
import { studyLayout } from './layout.js';
import { areaUnderCurve, type MethodRow, runMethod } from './measures.js';
import { detectorMethod, fitted, scored, WINDOW_CALLS } from './scoring.js';
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
    expect(ADFA_CONFIGURATION).toBe('030219f36f0e7352b9a8d76981d02844');
  });
});

describe('development data of ADFA-LD', () => {
  it('is two families, and of validation traces about a half, equal ones on one side', () => {
    const of = (label: Trace['label'], group: string, calls: readonly number[]): boolean =>
      isDevelopment({ label, group, calls: Uint16Array.from(calls) });
    const benign = Array.from({ length: 400 }, (_, i) => of('benign', 'Validation_Data_Master', [i, 3, 6]));
    expect(benign.filter(Boolean).length).toBeGreaterThan(150);
    expect(benign.filter(Boolean).length).toBeLessThan(250);
    expect(of('benign', 'other', [7, 3, 6])).toBe(benign[7]);
    expect(of('attack', 'Hydra_SSH', [1])).toBe(true);
    expect(of('attack', 'Hydra_FTP', [1])).toBe(false);
  });
});

describe('the table of methods', () => {
  it('has every baseline that the evaluation asks for', () => {
    const names = hidsDockerMethods().map(({ name }) => name);
    for (const wanted of [
      /^always/,
      /^never/,
      /^event rate/,
      /^unseen call/,
      /^STIDE/,
      /^BoSC/,
      /^frequency,/,
      /^isolation/,
    ])
      expect(names.some((name) => wanted.test(name))).toBe(true);
  });
});

// The data carries no licence to redistribute: these run where it lies beside the checkout.
if (existsSync(HIDS)) {
  describe('hids-docker', async () => {
    const traces = await hidsDockerTraces(HIDS);
    const benign = traces.filter(({ label }) => label === 'benign');
    const [replicate, scenario] = hidsDockerProtocols(traces);
    const sequence = sequenceDetector({ publish: 'every' });
    const method = detectorMethod('ours', sequence, () => new SequenceLearner(WHERE), OPERATING_P);
    let replicateRow: MethodRow | undefined;
    const onReplicate = (): MethodRow => (replicateRow ??= runMethod(method, replicate!.folds));

    it('is recognised; no benign trace is there twice, and none has two labels', () => {
      expect(studyLayout(HIDS)).toBe('hids-docker');
      const hashes = (label: Trace['label']): string[] =>
        traces
          .filter((trace) => trace.label === label)
          .map(({ calls }) => createHash('sha256').update(calls).digest('hex'));
      // Attacks are tested and never learned, so two equal ones (exec_0 and exec_1) cross no split.
      expect(new Set(hashes('benign')).size).toBe(hashes('benign').length);
      expect(hashes('attack').filter((hash) => hashes('benign').includes(hash))).toEqual([]);
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
      const row = onReplicate();
      expect(row.windowF1.value).toBeGreaterThanOrEqual(0.986);
      expect(row.traceF1.value).toBeGreaterThanOrEqual(0.988);
    });

    it('is told in counts: no call of a trace is in the report', { timeout: 120_000 }, () => {
      const text = JSON.stringify(onReplicate());
      expect(text).toContain('wordpress_normal_0');
      expect(text.length).toBeLessThan(100_000);
    });

    it('reaches what was asked where a scenario is new', { timeout: 120_000 }, () => {
      const row = runMethod(method, scenario!.folds);
      expect(row.traceF1.value).toBeGreaterThanOrEqual(0.941);
      expect(row.traceFpr.share).toBeLessThanOrEqual(0.2);
    });

    it(
      'scores benign traces called attacks at the false-alarm rate, and attacks far above it',
      { timeout: 120_000 },
      () => {
        const mislabelled = replicate!.folds.map((fold) => {
          const tested = fold.test.filter(({ label }) => label === 'benign');
          return {
            ...fold,
            test: tested.map((trace, i): Trace => ({ ...trace, label: i % 2 === 0 ? 'attack' : 'benign' })),
          };
        });
        expect(atOneRate(runMethod(method, mislabelled))).toBe(true);
        expect(atOneRate(onReplicate())).toBe(false);
      },
    );

    it('sees the order inside windows at the sequence level alone', { timeout: 120_000 }, () => {
      const fold = replicate!.folds[2]!;
      const trace = fold.test[0]!;
      const [plain, mixed] = [inWindows(trace, (calls) => calls), inWindows(trace, shuffle)];
      const frequency = frequencyDetector({ publish: 'every' });
      const shares = fitted(frequency, () => new FrequencyLearner(WHERE), benign.slice(0, 6), 3);
      expect(scored(frequency, shares, mixed)).toEqual(scored(frequency, shares, plain));
      const order = fitted(sequence, () => new SequenceLearner(WHERE), benign.slice(5, 11), 3);
      const highest = (one: Trace): number => Math.max(...scored(sequence, order, one).map(({ score }) => score));
      expect(highest(mixed)).toBeGreaterThan(highest(plain) + 3);
    });
  });
}

/** Whether windows of traces called attacks, and such traces, alarm as often as those called benign: intervals overlap. */
function atOneRate(row: MethodRow): boolean {
  const windows = (label: Trace['label']): Proportion => {
    const traces = row.folds.flatMap((fold) => fold.traces).filter(({ trace }) => trace.label === label);
    const sum = (of: (one: (typeof traces)[number]) => number): number => traces.reduce((all, one) => all + of(one), 0);
    return proportion(
      sum(({ flagged }) => flagged),
      sum((one) => one.windows),
    );
  };
  const overlap = (one: Proportion, other: Proportion): boolean => one.low <= other.high && other.low <= one.high;
  return overlap(windows('attack'), windows('benign')) && overlap(row.traceRecall, row.traceFpr);
}

/** The trace in batches of one window each, without results, which would go with their calls. */
function inWindows(trace: Trace, mix: (calls: Uint16Array) => Uint16Array): Trace {
  const first = trace.batches[0]!;
  const batches = Array.from({ length: Math.floor(trace.calls.length / WINDOW_CALLS) }, (_, i) => ({
    ...first,
    firstOrdinal: i * WINDOW_CALLS,
    baseTimeUs: i * WINDOW_CALLS * 1_000,
    count: WINDOW_CALLS,
    numbers: mix(trace.calls.slice(i * WINDOW_CALLS, (i + 1) * WINDOW_CALLS)),
    threads: new Uint32Array(WINDOW_CALLS),
    offsetsUs: Uint32Array.from({ length: WINDOW_CALLS }, (__, call) => call * 1_000),
    results: undefined,
    digests: undefined,
  }));
  return { ...trace, batches };
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
