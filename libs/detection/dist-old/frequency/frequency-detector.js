import { pValue } from '../calibration/index.js';
import { Emitter, UNJUDGED } from '../syscall-windows/emitter.js';
import { severityOf } from '../syscall-windows/severity.js';
import { cutWindows, DEFAULT_WINDOW_BOUNDS, } from '../syscall-windows/window-cutter.js';
import { countCalls } from './call-counts.js';
import { distanceOf, triangle } from './covariance.js';
import { featuresOf } from './features.js';
import { frequencyModel } from './frequency-model.js';
import { decodeFrequencyState, encodeFrequencyState, startFrequencyState, } from './frequency-state.js';
import { closePiece, forgetPieces, windowPieces } from './pieces.js';
const LEVEL = 'frequency';
const MAX_EVIDENCE = 8;
/**
 * Judges what a container's calls are made of: the shares of the calls, and of the sizes read and written, in the last
 * pieces of its stream, by Mahalanobis's distance from benign windows. How many calls there are a second does not
 * count: that is load.
 *
 * Score: the distance (0 … unbounded). Cost: one addition a call (two where sizes are known), features² a piece.
 * Source: Mahalanobis 1936; Ledoit and Wolf 2004 (the spread); Castanhel et al. 2021 (calls of containers).
 */
export function frequencyDetector(options = {}) {
    const emitterOptions = { detector: LEVEL, level: LEVEL, publish: options.publish ?? 'remarkable' };
    return {
        name: LEVEL,
        level: LEVEL,
        prepare: frequencyModel,
        start: startFrequencyState,
        step(state, batch, model) {
            return new Step(state, model, emitterOptions).run(batch);
        },
        encode: encodeFrequencyState,
        decode: decodeFrequencyState,
    };
}
/** One batch through one container's state. */
class Step {
    #state;
    #model;
    #emitter;
    constructor(state, model, options) {
        this.#state = state;
        this.#model = model;
        this.#emitter = new Emitter(options, state, model?.version ?? 'none');
    }
    run(batch) {
        const state = this.#state;
        const version = this.#model?.version ?? '';
        if (state.profileVersion !== version) {
            state.profileVersion = version;
            forgetPieces(state);
        }
        cutWindows(state, batch, this.#bounds(), this);
        return this.#emitter.messages;
    }
    calls(batch, from, to) {
        if (this.#model)
            countCalls(batch, from, to, this.#state.open);
    }
    close(enough) {
        const model = this.#model;
        if (!model)
            this.#emitter.window({ ...UNJUDGED, state: 'warming' });
        else if (!enough)
            this.#emitter.window({ ...UNJUDGED, state: 'insufficient' });
        else
            this.#emitter.window(this.#judge(model));
        closePiece(this.#state, model?.options.pieces ?? 1);
    }
    gap(gap) {
        this.#emitter.gap(gap);
    }
    forget() {
        forgetPieces(this.#state);
    }
    end() {
        this.#emitter.flush();
    }
    #judge(model) {
        const { open, past } = this.#state;
        const point = featuresOf(windowPieces(open, past, model.options.pieces), model.places);
        const score = distanceOf(point, model.mean, model.factor);
        const p = pValue(model.calibration, score);
        const anomalous = p <= model.threshold;
        return {
            ...UNJUDGED,
            state: anomalous ? 'anomalous' : 'normal',
            pValue: p,
            score,
            severity: severityOf(p, model.threshold),
            finding: 'unusual-shares',
            evidence: p <= 0.05 ? this.#evidence(point, model) : [],
        };
    }
    /** The shares that stand out most, each against its own benign range. */
    #evidence(point, model) {
        const { stream, window } = this.#state;
        const distances = Array.from(point, (value, i) => {
            // The diagonal of the covariance, back from its factor: the feature's own spread.
            let variance = 0;
            for (let k = 0; k <= i; k++)
                variance += model.factor[triangle(i) + k] ** 2;
            return Math.abs(value - model.mean[i]) / Math.sqrt(variance);
        });
        const order = [...distances.keys()].sort((one, other) => distances[other] - distances[one]);
        return order
            .filter((i) => distances[i] > 2)
            .slice(0, MAX_EVIDENCE)
            .map((i) => {
            const { name, range } = model.features[i];
            return {
                kind: 'call-share',
                event: `${stream}#${window.startOrdinal}`,
                timeUs: window.endUs,
                observed: `${name}: ${percent(point[i] ** 2)} of the window`,
                expected: `${percent(range[0])} to ${percent(range[2])}, usually ${percent(range[1])}`,
                score: distances[i],
            };
        });
    }
    #bounds() {
        const options = this.#model?.options;
        if (!options)
            return DEFAULT_WINDOW_BOUNDS;
        return { ...DEFAULT_WINDOW_BOUNDS, calls: options.pieceCalls, minCalls: options.minCalls };
    }
}
function percent(share) {
    return `${(share * 100).toFixed(2)} %`;
}
//# sourceMappingURL=frequency-detector.js.map