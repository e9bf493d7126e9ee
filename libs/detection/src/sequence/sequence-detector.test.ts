import { callNumber, type SyscallBatch, type Verdict, type VerdictMessage } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { crossCalibrated } from '../calibration/cross-calibration.js';
import { sequenceDetector } from './sequence-detector.js';
import { DEFAULT_SEQUENCE_OPTIONS, type SequenceOptions } from './options.js';
import { SequenceLearner } from './sequence-learner.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceState } from './sequence-state.js';

const where = { application: 'shop', workload: 'web', container: 'web-1' };
const budget = { falseAlertsPerDay: 50 };

interface Call {
  readonly name: string;
  readonly thread?: number;
  readonly digest?: number;
}

/** Calls one millisecond apart as batches of `size`. */
function batches(stream: string, calls: readonly Call[], size = 100, last = true): SyscallBatch[] {
  const cut: SyscallBatch[] = [];
  for (let from = 0; from < calls.length; from += size) {
    const part = calls.slice(from, from + size);
    cut.push({
      ...where,
      container: stream,
      stream,
      firstOrdinal: from,
      baseTimeUs: from * 1_000,
      count: part.length,
      numbers: Uint16Array.from(part, ({ name }) => callNumber(name)),
      threads: Uint32Array.from(part, ({ thread = 0 }) => thread),
      offsetsUs: Uint32Array.from(part, (_, i) => i * 1_000),
      results: undefined,
      digests: Uint32Array.from(part, ({ digest = 0 }) => digest),
      names: new Map(
        from === 0
          ? [
              [7, '/usr/bin/php'],
              [666, '/tmp/x "y"'],
            ]
          : [],
      ),
      gaps: [],
      last: last && from + size >= calls.length,
    });
  }
  return cut;
}

/** One request after another, with a little benign variety chosen by `seed`. */
function requests(count: number, seed: number, thread = 0): Call[] {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const calls: Call[] = [];
  for (let i = 0; i < count; i++) {
    const names = ['accept4', 'read', 'openat', 'fstat', ...(next() < 0.3 ? ['mmap', 'munmap'] : ['read']), 'close'];
    if (next() < 0.1) names.push('lseek', 'write');
    calls.push(...[...names, 'write', 'close'].map((name) => ({ name, thread })));
  }
  return calls;
}

function model(options: Partial<SequenceOptions> = {}): SequenceModel {
  const learner = new SequenceLearner(where, options);
  const exec: Call[] = [{ name: 'execve', digest: 7 }];
  for (let i = 0; i < 4; i++)
    for (const batch of batches(`learn-${i}`, [...exec, ...requests(600, i)])) learner.learn(batch);
  for (let i = 4; i < 8; i++) for (const batch of batches(`fresh-${i}`, requests(600, i))) learner.calibrate(batch);
  return complete(sequenceDetector().prepare(learner.finish(), budget));
}

/** Such a model of a profile that was learned to the end. */
const complete = (of: SequenceModel): SequenceModel => ({ ...of, unlearned: undefined });

const detector = sequenceDetector({ publish: 'every' });
const ready = model();

function detect(input: readonly SyscallBatch[], using: SequenceModel | 'none' = ready): VerdictMessage[] {
  const state = detector.start();
  return input.flatMap((batch) => detector.step(state, batch, using === 'none' ? undefined : using));
}

const verdicts = (messages: readonly VerdictMessage[]): Verdict[] => messages.filter((m) => m.type === 'verdict');

describe('sequence detector', () => {
  it('finds benign windows normal and counts every call in coverage', () => {
    const calls = requests(500, 99);
    const messages = detect(batches('live', calls));
    expect(verdicts(messages).every(({ state }) => state === 'normal')).toBe(true);
    const covered = messages.filter((m) => m.type === 'coverage').reduce((sum, { count }) => sum + count, 0);
    expect(covered).toBe(calls.length);
  });

  it('finds calls in a new order and says which', () => {
    const shell: Call[] = ['pipe2', 'clone', 'dup2', 'execve', 'wait4', 'read'].map((name) => ({ name }));
    const calls = [...requests(60, 5), ...Array.from({ length: 5 }, () => shell).flat(), ...requests(60, 6)];
    const [verdict] = verdicts(detect(batches('live', calls)));
    expect(verdict).toMatchObject({ state: 'anomalous', level: 'sequence', finding: 'unseen-bags' });
    const [first, second] = verdict!.evidence;
    expect(first!.observed).toMatch(
      /^[\w, ]*pipe2[\w, ]*: calls together, never seen \(pipe2 never called in benign runs\)/,
    );
    expect(first!.expected).toMatch(
      /^nearest known: [\w, ]+, \d+ times in \d+ benign calls\. \d+ of the window's \d+ calls/,
    );
    expect(first!.expected).toMatch(
      / complete an unseen combination of 2 calls.*; benign windows that have any average [\d.]+ per 1000 calls$/,
    );
    expect(second?.expected ?? '').not.toContain('window');
    expect(verdict!.pValue).toBeLessThan(1e-3);
  });

  it('does not see calls outside its key group', () => {
    const learner = new SequenceLearner(where, { keyGroup: ['accept4', 'read', 'write', 'close'].map(callNumber) });
    for (let i = 0; i < 4; i++) for (const batch of batches(`learn-${i}`, requests(600, i))) learner.learn(batch);
    for (let i = 4; i < 8; i++) for (const batch of batches(`fresh-${i}`, requests(600, i))) learner.calibrate(batch);
    const grouped = detector.prepare(learner.finish(), budget);
    const foreign: Call[] = [{ name: 'getpid' }, { name: 'unlink' }];
    const mixed = batches(
      'live',
      requests(300, 9).flatMap((call, i) => (i % 9 === 0 ? [call, ...foreign] : [call])),
    );
    expect(Math.max(...verdicts(detect(mixed, grouped)).map(({ score }) => score))).toBe(0);
    expect(verdicts(detect(mixed)).some(({ state }) => state === 'anomalous')).toBe(true);
  });

  it('takes the first execution of a program for nearly proof, and quotes its name', () => {
    const calls: Call[] = [...requests(60, 5), { name: 'execve', digest: 666 }, ...requests(60, 6)];
    const [verdict] = verdicts(detect(batches('live', calls)));
    expect(verdict).toMatchObject({ finding: 'new-program', severity: 5 });
    expect(verdict!.evidence[0]!.observed).toBe('executes "/tmp/x \\"y\\""');
    const known = verdicts(detect(batches('live', [{ name: 'execve', digest: 7 }, ...requests(100, 5)])));
    expect(known.every(({ finding }) => finding !== 'new-program')).toBe(true);
  });

  it('says no more of a strange window than an incomplete profile can know', () => {
    const incomplete = { ...ready, unlearned: 0.042 };
    const strange: Call[] = Array.from({ length: 30 }, () => ({ name: 'pipe2' }));
    const [window] = verdicts(
      detect(batches('live', [...requests(60, 5), ...strange, ...requests(60, 6)]), incomplete),
    );
    expect(window).toMatchObject({ state: 'anomalous', severity: 2 });
    expect(window!.evidence[0]!.expected).toMatch(
      /; the profile is incomplete: 4\.2 % of benign windows hold something/,
    );
    const ran: Call[] = [...requests(60, 5), { name: 'execve', digest: 666 }, ...requests(60, 6)];
    expect(verdicts(detect(batches('live', ran), incomplete))[0]).toMatchObject({
      finding: 'new-program',
      severity: 3,
    });
    const [same] = verdicts(detect(batches('live', [...requests(60, 5), ...strange, ...requests(60, 6)])));
    expect(same!.severity).toBeGreaterThan(2);
    expect(same!.pValue).toBe(window!.pValue);
  });

  it('takes a strange window of an incomplete profile for a sign where requests are seen too, a program for none', () => {
    const strange: Call[] = Array.from({ length: 30 }, () => ({ name: 'pipe2' }));
    const odd = [...requests(60, 5), ...strange, ...requests(60, 6)];
    const signs = (model: Partial<typeof ready>, calls: Call[]): unknown[] =>
      verdicts(detect(batches('live', calls), { ...ready, ...model })).map(({ sign }) => sign);
    expect(signs({ unlearned: 0.042, besideRequests: true }, odd)).toContain(true);
    expect(signs({ unlearned: 0.042 }, odd)).not.toContain(true);
    expect(signs({ besideRequests: true }, odd)).not.toContain(true);
    const ran: Call[] = [...requests(60, 5), { name: 'execve', digest: 666 }, ...requests(60, 6)];
    expect(signs({ unlearned: 0.042, besideRequests: true }, ran)).not.toContain(true);
  });

  it('answers warming without a profile, insufficient with too few calls, gap across a loss', () => {
    expect(verdicts(detect(batches('live', requests(200, 1)), 'none'))[0]!.state).toBe('warming');
    expect(verdicts(detect(batches('live', requests(5, 1))))[0]!.state).toBe('insufficient');
    const [first, second] = batches('live', requests(200, 1), 500);
    const gap = { startUs: 499_500, endUs: 500_000, lost: 3, cause: 'source-drop' as const };
    const cut = verdicts(detect([first!, { ...second!, gaps: [gap] }]));
    expect(cut[0]).toMatchObject({ state: 'gap', pValue: 1, window: { startUs: 0, endUs: 500_000 } });
  });

  it('tells the windows of each version under its own name when another takes over', () => {
    const state = detector.start();
    const live = batches('live', requests(500, 99), 500);
    const later = { ...ready, version: 'later' };
    const messages = live.flatMap((batch, i) => detector.step(state, batch, i < 4 ? ready : later));
    const detected = (version: string, type: VerdictMessage['type']): number =>
      messages
        .filter((message) => message.profileVersion === version && message.type === type)
        .reduce((sum, message) => sum + (message.type === 'coverage' ? (message.windows.normal ?? 0) : 1), 0);
    for (const { version } of [ready, later]) {
      expect(detected(version, 'verdict')).toBeGreaterThan(0);
      expect(detected(version, 'coverage')).toBe(detected(version, 'verdict'));
    }
  });

  it('takes missing ordinals for a gap that nobody announced', () => {
    const [first, second] = batches('live', requests(200, 1), 500);
    const cut = verdicts(detect([first!, { ...second!, firstOrdinal: 600 }]));
    expect(cut[0]!.state).toBe('gap');
  });

  it('takes a batch that comes again, or overlaps what came, only once', () => {
    const sent = batches('live', requests(200, 1), 500);
    const expected = JSON.stringify(detect(sent));
    const again = sent.flatMap((batch, i) => (i === sent.length - 1 ? [batch] : [batch, batch, ...sent.slice(0, i)]));
    expect(JSON.stringify(detect(again))).toBe(expected);
    const recut = batches('live', requests(200, 1), 300);
    expect(JSON.stringify(detect([sent[0]!, ...recut]))).toBe(expected);
  });

  it('scores threads apart: interleaved requests are no new order', () => {
    const one = requests(150, 21, 11);
    const other = requests(150, 22, 12);
    const mixed = one.flatMap((call, i) => (other[i] ? [call, other[i]] : [call]));
    expect(verdicts(detect(batches('live', mixed))).every(({ state }) => state === 'normal')).toBe(true);
  });

  it('gives the same bytes whatever the batches, and across a stop and a start', { timeout: 30_000 }, () => {
    const shell: Call[] = ['pipe2', 'clone', 'execve'].map((name) => ({
      name,
      thread: 3,
      digest: name === 'execve' ? 666 : 0,
    }));
    const calls = [...requests(130, 7, 3), ...shell, ...requests(200, 8, 4)];
    const expected = JSON.stringify(detect(batches('live', calls, calls.length)));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), (size) => {
        let state: SequenceState = detector.start();
        const messages = batches('live', calls, size).flatMap((batch) => {
          const out = detector.step(state, batch, ready);
          state = detector.decode(detector.encode(state));
          return out;
        });
        expect(JSON.stringify(messages)).toBe(expected);
      }),
      { numRuns: 15 },
    );
  });

  describe('where rare calls count', () => {
    const rare = model({ bags: [], ngrams: [], rare: { length: 4, bits: 4 } });
    // What one benign request in ten does, forty times on end.
    const often: Call[] = Array.from({ length: 40 }, () =>
      ['accept4', 'read', 'openat', 'fstat', 'read', 'close', 'lseek', 'write', 'write', 'close'].map((name) => ({
        name,
      })),
    ).flat();

    it('finds learned calls that come where they seldom do, and not the usual ones', () => {
      const usual = verdicts(detect(batches('live', requests(300, 31)), rare));
      expect(usual.every(({ state }) => state === 'normal')).toBe(true);
      const odd: Call[] = ['lseek', 'lseek', 'lseek', 'mmap', 'mmap', 'mmap'].map((name) => ({ name }));
      const strange = [...requests(40, 5), ...Array.from({ length: 5 }, () => odd).flat()];
      const [verdict] = verdicts(detect(batches('live', [...strange, ...requests(40, 6)]), rare));
      expect(verdict!.state).toBe('anomalous');
      expect(verdict!.evidence[0]).toMatchObject({ kind: 'rare-ngram' });
      expect(verdict!.evidence[0]!.observed).toContain('once in 16');
    });

    it('counts a learned run where its last call is rare', () => {
      const ngrams = model({ bags: [], ngrams: [4] });
      const rarer = model({ bags: [], ngrams: [], rare: { length: 4, bits: 2 } });
      const highest = (using: SequenceModel): number =>
        Math.max(...verdicts(detect(batches('live', often), using)).map(({ score }) => score));
      expect(highest(ngrams)).toBe(0);
      expect(highest(rarer)).toBeGreaterThan(0);
    });

    it('gives the same bytes whatever the batches, and across a stop and a start', () => {
      const calls = [...requests(130, 7, 3), ...often, ...requests(200, 8, 4)];
      const expected = JSON.stringify(detect(batches('live', calls, calls.length), rare));
      for (const size of [1, 7, 500]) {
        let state: SequenceState = detector.start();
        const messages = batches('live', calls, size).flatMap((batch) => {
          const out = detector.step(state, batch, rare);
          state = detector.decode(detector.encode(state));
          return out;
        });
        expect(JSON.stringify(messages)).toBe(expected);
      }
    });
  });

  describe('where nothing was asked for', () => {
    /** A process of its own kind: calls in an order that no other one has. */
    const process = (seed: number): SyscallBatch[] => {
      let state = seed;
      const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
      const names = ['read', 'write', 'openat', 'close', 'fstat', 'mmap', 'munmap', 'lseek', 'getpid', 'dup2'];
      const calls = Array.from({ length: 120 }, (): Call => ({ name: names[Math.floor(next() * names.length)]! }));
      return batches(`process-${seed}`, calls);
    };
    const processes = (count: number): SyscallBatch[][] => Array.from({ length: count }, (_, i) => process(i + 1));
    const learned = (streams: readonly SyscallBatch[][], options: Partial<SequenceOptions> = {}): SequenceModel => {
      const profile = crossCalibrated(() => new SequenceLearner(where, options), streams, 3).finish();
      return detector.prepare(profile, budget);
    };

    it('scores by rare calls what does not settle, in every fold, and by bags what does', () => {
      // Each fold alone would see too few windows to say so.
      const { options, units, calibration } = learned(processes(120));
      expect(options).toMatchObject({ bags: [], ngrams: [], rare: { length: 8, bits: 4 }, minCalls: 30 });
      expect(units).toHaveLength(1);
      expect(calibration.count).toBe(120);
      const settled = Array.from({ length: 120 }, (_, i) => batches(`web-${i}`, requests(15, i)));
      expect(learned(settled).options).toEqual(DEFAULT_SEQUENCE_OPTIONS);
    });

    it('keeps to bags before a hundred windows, and to what the caller chose', () => {
      expect(learned(processes(99)).options).toEqual(DEFAULT_SEQUENCE_OPTIONS);
      expect(learned(processes(120), { bags: [2, 3] }).options.bags).toEqual([2, 3]);
      const keyGroup = ['read', 'write', 'openat', 'close', 'fstat', 'mmap', 'munmap'].map(callNumber);
      expect(learned(processes(120), { keyGroup }).options).toMatchObject({ bags: [], keyGroup });
    });

    it('holds, where it scores by bags, the profile that runs of their length give', () => {
      const profile = (options: Partial<SequenceOptions>): unknown => {
        const learner = new SequenceLearner(where, options);
        for (let i = 0; i < 4; i++) for (const batch of batches(`learn-${i}`, requests(200, i))) learner.learn(batch);
        for (const batch of batches('fresh', requests(200, 5))) learner.calibrate(batch);
        return learner.finish();
      };
      expect(profile({})).toEqual(profile({ bags: DEFAULT_SEQUENCE_OPTIONS.bags }));
    });
  });

  it('refuses a state of another version and a profile of another detector', () => {
    expect(() => detector.decode(Uint8Array.of(99))).toThrow(/version 99/);
    const learner = new SequenceLearner(where);
    expect(() => learner.finish()).toThrow(/no system call to learn from/);
    const other = { schema: 1 as const, ...where, detector: 'web', version: 'x'.repeat(16), model: {} };
    const learned = { streams: [], events: 0, novelty: 0, complete: true, notes: [] };
    expect(() => detector.prepare({ ...other, learned }, budget)).toThrow(/not one of the sequence detector/);
  });
});
