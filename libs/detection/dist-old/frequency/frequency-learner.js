import { CALL_NUMBERS, PlimsollError, sealProfile, } from '@plimsoll/contracts';
import { fitCalibration } from '../calibration/index.js';
import { LearnedTime } from '../syscall-windows/learned-time.js';
import { cutWindows, DEFAULT_WINDOW_BOUNDS, } from '../syscall-windows/window-cutter.js';
import { startWindowState } from '../syscall-windows/window-state.js';
import { COUNTERS, countCalls, TOTAL_AT } from './call-counts.js';
import { choleskyOf, distanceOf, spreadOf } from './covariance.js';
import { featuresOf } from './features.js';
import { MAX_FEATURES, placeName } from './frequency-model.js';
import { frequencyOptions } from './options.js';
import { closePiece, forgetPieces, summed, windowPieces } from './pieces.js';
/** Benign windows kept; when there are more, every second one goes, and from then on only every second one is kept. */
const MAX_WINDOWS = 4096;
const MAX_CONTAINERS = 1024;
const MAX_STREAMS = 10_000;
const ENOUGH_WINDOWS = 100;
/** Smallest difference of distances that means anything. */
const SCORE_STEP = 0.1;
/** Learns what a workload's calls are made of. Memory: up to 4,096 windows of counts, sparse. */
export class FrequencyLearner {
    #of;
    #options;
    #bounds;
    #learning = new Map();
    #calibrating = new Map();
    #streams = new Set();
    #time = new LearnedTime();
    #windows = [];
    #stride = 1;
    #seen = 0;
    #calls = 0;
    #gaps = 0;
    #fitted;
    #runs = [];
    constructor(of, options = {}) {
        this.#of = { application: of.application, workload: of.workload };
        this.#options = frequencyOptions(options);
        this.#bounds = { ...DEFAULT_WINDOW_BOUNDS, calls: this.#options.pieceCalls, minCalls: this.#options.minCalls };
    }
    learn(batch) {
        if (this.#fitted)
            throw new PlimsollError('bad-configuration', 'frequency: learning after calibration has begun');
        if (this.#streams.size < MAX_STREAMS)
            this.#streams.add(batch.stream);
        const container = this.#container(this.#learning, batch);
        cutWindows(container.state, batch, this.#bounds, this.#visitor(container, (counts) => {
            this.#keep(counts);
        }));
        this.#calls += batch.count;
        this.#time.add(batch);
    }
    calibrate(batch) {
        const fitted = this.#fit();
        const container = this.#container(this.#calibrating, batch);
        const score = (counts) => {
            container.scores.push(distanceOf(featuresOf([counts], fitted.places), fitted.mean, fitted.factor));
        };
        cutWindows(container.state, batch, this.#bounds, this.#visitor(container, score));
        this.#time.add(batch);
    }
    adoptCalibration(from) {
        from.#collect();
        this.#runs.push(...from.#runs);
    }
    finish() {
        this.#collect();
        const calibrated = this.#runs.reduce((sum, run) => sum + run.length, 0);
        if (this.#windows.length === 0 || calibrated === 0) {
            const missing = this.#windows.length === 0 ? 'window to learn from' : 'window to calibrate on';
            throw new PlimsollError('empty-source', `frequency, workload ${this.#of.workload}: nothing benign, no ${missing}`);
        }
        const { places, mean, covariance } = this.#fit();
        const shares = this.#windows.map((window) => featuresOf([dense(window)], places).map((root) => root * root));
        const model = {
            schema: 1,
            options: this.#options,
            features: [...places, undefined].map((place, i) => ({
                name: place === undefined ? 'all other calls' : placeName(place),
                ...(place === undefined ? {} : { place }),
                mean: mean[i],
                range: percentiles(shares.map((window) => window[i])),
            })),
            covariance: Array.from(covariance, (value) => Number(value.toPrecision(9))),
            calibration: fitCalibration(this.#runs, { minScale: SCORE_STEP }),
            windowsPerDay: this.#time.perDay(this.#seen + calibrated),
        };
        // A share of a percent of windows still brings new calls: that is the sequence detector's novelty to report.
        const novelty = Math.min(1, places.length / Math.max(this.#seen, 1));
        return sealProfile({
            ...this.#of,
            detector: 'frequency',
            learned: {
                streams: [...this.#streams],
                events: this.#calls,
                novelty,
                complete: this.#seen >= Math.max(ENOUGH_WINDOWS, 2 * places.length) && this.#gaps === 0,
                notes: [`${this.#seen} windows learned, ${calibrated} calibrated, ${places.length + 1} features`],
            },
            model,
        });
    }
    #fit() {
        if (this.#fitted)
            return this.#fitted;
        const places = this.#places();
        const spread = spreadOf(this.#windows.map((window) => featuresOf([dense(window)], places)));
        this.#fitted = { places, ...spread, factor: choleskyOf(spread.covariance, spread.mean.length) };
        return this.#fitted;
    }
    /** The counters that become features: the key group, or what was seen most often. */
    #places() {
        const totals = new Map();
        for (const { places, counts } of this.#windows) {
            places.forEach((place, i) => {
                if (place !== TOTAL_AT)
                    totals.set(place, (totals.get(place) ?? 0) + counts[i]);
            });
        }
        const { keyGroup, sizes } = this.#options;
        const wanted = [...totals].filter(([place]) => place >= CALL_NUMBERS ? sizes : keyGroup === undefined || keyGroup.includes(place));
        const frequent = wanted.sort(([one, a], [other, b]) => b - a || one - other).slice(0, MAX_FEATURES - 1);
        return frequent.map(([place]) => place).sort((one, other) => one - other);
    }
    #keep(counts) {
        if (this.#seen % this.#stride === 0)
            this.#windows.push(sparse(counts));
        this.#seen += 1;
        if (this.#windows.length < MAX_WINDOWS)
            return;
        this.#windows = this.#windows.filter((_, i) => i % 2 === 0);
        this.#stride *= 2;
    }
    #collect() {
        for (const { scores } of this.#calibrating.values())
            this.#runs.push(scores);
        this.#calibrating.clear();
    }
    #visitor(container, judge) {
        const { counts } = container;
        return {
            calls: (batch, from, to) => {
                countCalls(batch, from, to, counts.open);
            },
            close: (enough) => {
                if (enough)
                    judge(summed(windowPieces(counts.open, counts.past, this.#options.pieces)));
                closePiece(counts, this.#options.pieces);
            },
            gap: () => {
                this.#gaps += 1;
            },
            forget: () => {
                forgetPieces(counts);
            },
            end: () => undefined,
        };
    }
    #container(containers, batch) {
        const known = containers.get(batch.container);
        if (known)
            return known;
        const made = {
            state: startWindowState(),
            counts: { open: new Uint32Array(COUNTERS), past: [] },
            scores: [],
        };
        containers.set(batch.container, made);
        for (const [oldest, { scores }] of containers) {
            if (containers.size <= MAX_CONTAINERS)
                break;
            if (scores.length > 0)
                this.#runs.push(scores);
            containers.delete(oldest);
        }
        return made;
    }
}
function sparse(counts) {
    const places = Uint16Array.from([...counts.keys()].filter((place) => counts[place] > 0));
    return { places, counts: Uint32Array.from(places, (place) => counts[place]) };
}
function dense({ places, counts }) {
    const all = new Uint32Array(COUNTERS);
    places.forEach((place, i) => {
        all[place] = counts[i];
    });
    return all;
}
function percentiles(values) {
    const ascending = [...values].sort((one, other) => one - other);
    const at = (share) => ascending[Math.round(share * (ascending.length - 1))];
    return [at(0.01), at(0.5), at(0.99)];
}
/** A learner for one workload. */
export function frequencyLearner(options = {}) {
    return (of) => new FrequencyLearner(of, options);
}
//# sourceMappingURL=frequency-learner.js.map