import { KeyTable } from '../sequence/key-table.js';
import { bagKey, runKey } from '../sequence/trails.js';
import { windowMaxima } from './baseline.js';
/**
 * STIDE (Forrest et al. 1996; Hofmeyr et al. 1998), and bags of system calls (Kang et al. 2005; Abed et al. 2015): the
 * set of benign n-grams or bags, and the number of unknown ones among the last `frame`. Decisions are those of LID-DS's
 * building blocks, call by call.
 */
export class Stide {
    #table = new KeyTable(4096);
    #kind;
    #n;
    #frame;
    constructor(kind, n, frame) {
        this.#kind = kind;
        this.#n = n;
        this.#frame = frame;
    }
    /** Distinct n-grams or bags learned. */
    get size() {
        return this.#table.size;
    }
    learn(trace) {
        for (let end = this.#n; end <= trace.length; end++) {
            const [a, b] = this.#key(trace, end);
            this.#table.add(a, b, 1);
        }
    }
    decide(trace) {
        const mismatch = new Int8Array(trace.length).fill(-1);
        const frameSum = new Int32Array(trace.length).fill(-1);
        let sum = 0;
        for (let i = this.#n - 1; i < trace.length; i++) {
            const [a, b] = this.#key(trace, i + 1);
            mismatch[i] = this.#table.count(a, b) === 0 ? 1 : 0;
            const left = i - this.#frame;
            sum += mismatch[i] - (left >= this.#n - 1 ? mismatch[left] : 0);
            frameSum[i] = sum;
        }
        return { mismatch, frameSum };
    }
    windows(trace, windowCalls) {
        return windowMaxima(this.decide(trace).frameSum, trace, windowCalls);
    }
    /** Share of a trace's n-grams that are unknown. */
    rate(trace) {
        const judged = this.decide(trace).mismatch.filter((value) => value >= 0);
        return judged.length === 0 ? 0 : judged.reduce((sum, value) => sum + value, 0) / judged.length;
    }
    #key(trace, end) {
        const run = Array.from(trace.subarray(end - this.#n, end));
        return this.#kind === 'bag' ? bagKey(run) : runKey(run);
    }
}
export function stide(n, frame) {
    return frameBaseline(`STIDE n=${n}, frame ${frame}`, 'ngram', n, frame);
}
export function bosc(w, frame) {
    return frameBaseline(`BoSC w=${w}, frame ${frame}`, 'bag', w, frame);
}
/** Calls that no benign trace holds: a bag of one, counted over the whole window. */
export function unseenCall(windowCalls) {
    return frameBaseline('unseen call alone', 'bag', 1, windowCalls);
}
function frameBaseline(name, kind, n, frame) {
    return {
        name,
        fit(traces) {
            const fitted = new Stide(kind, n, frame);
            for (const trace of traces)
                fitted.learn(trace);
            return fitted;
        },
    };
}
//# sourceMappingURL=stide.js.map