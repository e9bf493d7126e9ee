import { KeyTable } from '../sequence/key-table.js';
import { bagKey, runKey } from '../sequence/trails.js';
import { type Baseline, type FittedBaseline, windowMaxima } from './baseline.js';

/** How one call of a trace was scored; -1 before the first full n-gram. */
export interface CallDecisions {
  /** 0 known, 1 unknown, -1 where there are not yet n calls. */
  readonly mismatch: Int8Array;
  /** Mismatches among the last `frame` n-grams or fewer; -1 before the first. */
  readonly frameSum: Int32Array;
}

/**
 * STIDE (Forrest et al. 1996; Hofmeyr et al. 1998), and bags of system calls (Kang et al. 2005; Abed et al. 2015): the
 * set of benign n-grams or bags, and the number of unknown ones among the last `frame`. Decisions are those of LID-DS's
 * building blocks, call by call.
 */
export class Stide implements FittedBaseline {
  readonly #table = new KeyTable(4096);
  readonly #kind: 'ngram' | 'bag';
  readonly #n: number;
  readonly #frame: number;

  constructor(kind: 'ngram' | 'bag', n: number, frame: number) {
    this.#kind = kind;
    this.#n = n;
    this.#frame = frame;
  }

  /** Distinct n-grams or bags learned. */
  get size(): number {
    return this.#table.size;
  }

  learn(trace: Uint16Array): void {
    for (let end = this.#n; end <= trace.length; end++) {
      const [a, b] = this.#key(trace, end);
      this.#table.add(a, b, 1);
    }
  }

  decide(trace: Uint16Array): CallDecisions {
    const mismatch = new Int8Array(trace.length).fill(-1);
    const frameSum = new Int32Array(trace.length).fill(-1);
    let sum = 0;
    for (let i = this.#n - 1; i < trace.length; i++) {
      const [a, b] = this.#key(trace, i + 1);
      mismatch[i] = this.#table.count(a, b) === 0 ? 1 : 0;
      const left = i - this.#frame;
      sum += mismatch[i]! - (left >= this.#n - 1 ? mismatch[left]! : 0);
      frameSum[i] = sum;
    }
    return { mismatch, frameSum };
  }

  windows(trace: Uint16Array, windowCalls: number): number[] {
    return windowMaxima(this.decide(trace).frameSum, trace, windowCalls);
  }

  /** Share of a trace's n-grams that are unknown. */
  rate(trace: Uint16Array): number {
    const scored = this.decide(trace).mismatch.filter((value) => value >= 0);
    return scored.length === 0 ? 0 : scored.reduce((sum, value) => sum + value, 0) / scored.length;
  }

  #key(trace: Uint16Array, end: number): readonly [number, number] {
    const run = Array.from(trace.subarray(end - this.#n, end));
    return this.#kind === 'bag' ? bagKey(run) : runKey(run);
  }
}

export function stide(n: number, frame: number): Baseline {
  return frameBaseline(`STIDE n=${n}, frame ${frame}`, 'ngram', n, frame);
}

export function bosc(w: number, frame: number): Baseline {
  return frameBaseline(`BoSC w=${w}, frame ${frame}`, 'bag', w, frame);
}

/** Calls that no benign trace holds: a bag of one, counted over the whole window. */
export function unseenCall(windowCalls: number): Baseline {
  return frameBaseline('unseen call alone', 'bag', 1, windowCalls);
}

function frameBaseline(name: string, kind: 'ngram' | 'bag', n: number, frame: number): Baseline {
  return {
    name,
    fit(traces) {
      const fitted = new Stide(kind, n, frame);
      for (const trace of traces) fitted.learn(trace);
      return fitted;
    },
  };
}
