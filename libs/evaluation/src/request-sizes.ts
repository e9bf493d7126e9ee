import { callNumber, type SyscallBatch } from '@plimsoll/contracts';
import { BUDGET_SHARES, pValue, type Budget } from '@plimsoll/detection';

import type { AlertEvidence } from './action-scoring.js';
import { batchesOf, workloadsOf, type CallCorpus, type CallEpisode } from './call-corpus.js';
import { calibrated } from './score-calibration.js';
import { scoreView, type ViewScore } from './view-score.js';

/** One request or statement as its thread served it: from the first read after an answer to the next one. */
interface Segment {
  readonly timeUs: number;
  /** Bytes read before and while it was served, and bytes written. */
  read: number;
  written: number;
  /** Its calls in their order: what kind of request it was. */
  calls: string;
}

const READS = new Set(['read', 'pread64', 'readv', 'recvfrom', 'recvmsg'].map(callNumber));
const WRITES = new Set(['write', 'writev', 'sendto', 'sendmsg', 'sendfile'].map(callNumber));
const WAITING = callNumber('futex');

/** Requests with fewer learned ones of the same calls say nothing. */
const ENOUGH = 20;
/** Sizes are compared by their logarithm to base 2: a spread under a twentieth is none. */
const LEAST_SPREAD = 0.05;

/**
 * What sizes alone would find request by request ('an injected statement is longer than a benign one'): the bytes that
 * each request reads or writes against benign ones, all together or those with the same calls; thresholds from the same
 * budget as the frequency detector's. A measurement, not a detector: it finds too little to be one.
 */
export function requestSizes(corpus: CallCorpus, budget: Budget): ViewScore[] {
  return (['read', 'written'] as const).flatMap((what) =>
    [false, true].map((byCalls) => {
      const evidence = new Map<CallEpisode, AlertEvidence[]>(corpus.test.map((episode) => [episode, []]));
      for (const workload of workloadsOf(corpus)) alarms(corpus, workload, what, byCalls, budget, evidence);
      const name = `bytes ${what} a request${byCalls ? ', against those of the same calls' : ''}`;
      return scoreView(
        name,
        corpus.test.map((episode) => ({ ...episode, evidence: evidence.get(episode) ?? [] })),
      );
    }),
  );
}

function alarms(
  corpus: CallCorpus,
  workload: string,
  what: 'read' | 'written',
  byCalls: boolean,
  budget: Budget,
  evidence: ReadonlyMap<CallEpisode, AlertEvidence[]>,
): void {
  const segmentsIn = (episode: CallEpisode): Segment[] => segmentsOf(batchesOf([episode], workload));
  const sizeOf = (segment: Segment): number => Math.log2(1 + segment[what]);
  const learned = new Map<string, number[]>();
  const kindOf = ({ calls }: Segment): string => (byCalls ? calls : '');
  let total = 0;
  for (const segment of corpus.learn.flatMap(segmentsIn)) {
    learned.set(kindOf(segment), [...(learned.get(kindOf(segment)) ?? []), sizeOf(segment)]);
    total += 1;
  }
  const benign = new Map(
    [...learned].filter(([, sizes]) => sizes.length >= ENOUGH).map(([kind, sizes]) => [kind, spread(sizes)]),
  );
  const scoreOf = (segment: Segment): number => {
    const usual = benign.get(kindOf(segment));
    return usual === undefined ? 0 : (sizeOf(segment) - usual.mean) / usual.deviation;
  };
  const runs = corpus.calibrate.map((episode) => segmentsIn(episode).map(scoreOf));
  const { calibration, threshold } = calibrated(corpus, runs, total, budget, BUDGET_SHARES.frequency);
  for (const [episode, found] of evidence) {
    for (const segment of segmentsIn(episode)) {
      if (pValue(calibration, scoreOf(segment)) > threshold) continue;
      const incident = `${workload} ${segment.timeUs}`;
      found.push({ timeUs: segment.timeUs, path: 'unknown', incident, severity: 1, estimated: true });
    }
  }
}

function segmentsOf(batches: readonly SyscallBatch[]): Segment[] {
  const open = new Map<number, Segment>();
  const done: Segment[] = [];
  for (const { baseTimeUs, offsetsUs, numbers, threads, results, count } of batches) {
    for (let i = 0; i < count; i++) {
      const call = numbers[i]!;
      const bytes = results?.[i] ?? 0;
      let segment = open.get(threads[i]!);
      if (READS.has(call) && bytes > 0 && (segment === undefined || segment.written > 0)) {
        if (segment) done.push(segment);
        segment = { timeUs: baseTimeUs + offsetsUs[i]!, read: 0, written: 0, calls: '' };
        open.set(threads[i]!, segment);
      }
      if (segment === undefined) continue;
      if (READS.has(call) && bytes > 0) segment.read += bytes;
      if (WRITES.has(call) && bytes > 0) segment.written += bytes;
      // How often a thread is woken meanwhile is the scheduler's business.
      if (call !== WAITING) segment.calls += ` ${call}`;
    }
  }
  return [...done, ...open.values()].sort((one, other) => one.timeUs - other.timeUs);
}

function spread(sizes: readonly number[]): { mean: number; deviation: number } {
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length;
  return { mean, deviation: Math.max(Math.sqrt(variance), LEAST_SPREAD) };
}
