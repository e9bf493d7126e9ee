import { PlimsollError, sealProfile, } from '@plimsoll/contracts';
import { fitCalibration } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import { endpointOf } from './web-contexts.js';
import { WEB } from './web-detector.js';
import { judgeRequest, learnRequest } from './web-judge.js';
import { startWebState } from './web-state.js';
const MIN_LEARNED = 20;
const MIN_CALIBRATED = 10;
/** Sessions followed at once; the one longest silent goes first. */
const MAX_SESSIONS = 16_384;
const MAX_STREAMS = 10_000;
const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const COMPLETE_NOVELTY = 0.02;
/** Learns how a workload is asked. Memory: the counts of `ChanceTable`, the sessions, and one number a request calibrated on. */
export class WebLearner {
    #of;
    #table = new ChanceTable();
    #streams = new Set();
    #sessions = new Map();
    #views = { exchange: calibrated(), line: calibrated() };
    #calibrating = false;
    #learned = 0;
    #gaps = 0;
    constructor({ application, workload }) {
        this.#of = { application, workload };
    }
    learn(input) {
        if (this.#streams.size < MAX_STREAMS)
            this.#streams.add(input.stream);
        if (input.type === 'gap') {
            this.#gaps += 1;
            return;
        }
        learnRequest(this.#table, input, this.#session(input));
        this.#table.add(`endpoint|${input.view}`, endpointOf(input));
        this.#learned += 1;
    }
    calibrate(input) {
        if (!this.#calibrating) {
            this.#calibrating = true;
            this.#sessions = new Map();
        }
        if (input.type === 'gap')
            return;
        const { score } = judgeRequest(this.#table, input, this.#session(input));
        const view = this.#views[input.view];
        const run = view.runs.get(input.stream);
        if (run === undefined)
            view.runs.set(input.stream, [score]);
        else
            run.push(score);
        const span = view.spans.get(input.stream) ?? { first: input.timeUs, last: input.timeUs };
        view.spans.set(input.stream, {
            first: Math.min(span.first, input.timeUs),
            last: Math.max(span.last, input.timeUs),
        });
        view.count += 1;
    }
    finish() {
        const count = this.#views.exchange.count + this.#views.line.count;
        if (this.#learned < MIN_LEARNED || count < MIN_CALIBRATED) {
            throw new PlimsollError('empty-source', `web requests of ${this.#of.workload}: ${this.#learned} to learn from and ${count} to calibrate on; at least ${MIN_LEARNED} and ${MIN_CALIBRATED} are needed`);
        }
        const novelty = Math.max(...['exchange', 'line']
            .filter((view) => this.#table.total(`endpoint|${view}`) > 0)
            .map((view) => this.#table.chanceOfNew(`endpoint|${view}`)));
        const [exchange, line] = [viewData(this.#views.exchange), viewData(this.#views.line)];
        const model = {
            kind: 'web/1',
            table: this.#table.data(),
            views: { ...(exchange === undefined ? {} : { exchange }), ...(line === undefined ? {} : { line }) },
        };
        return sealProfile({
            ...this.#of,
            detector: WEB,
            learned: {
                streams: [...this.#streams].sort(),
                events: this.#learned,
                novelty,
                complete: novelty <= COMPLETE_NOVELTY && this.#gaps === 0,
                notes: this.#gaps === 0 ? [] : [`${this.#gaps} gaps in what was learned from`],
            },
            model,
        });
    }
    #session(event) {
        const key = `${event.stream} ${event.key}`;
        const state = this.#sessions.get(key) ?? startWebState();
        this.#sessions.delete(key);
        this.#sessions.set(key, state);
        if (this.#sessions.size > MAX_SESSIONS) {
            const oldest = this.#sessions.keys().next();
            if (!oldest.done)
                this.#sessions.delete(oldest.value);
        }
        return state;
    }
}
function calibrated() {
    return { runs: new Map(), spans: new Map(), count: 0 };
}
function viewData({ runs, spans, count }) {
    if (count < MIN_CALIBRATED)
        return undefined;
    const spanUs = Math.max([...spans.values()].reduce((total, { first, last }) => total + last - first, 0), MINUTE_US);
    // A nat is the least difference that means anything in a logarithm of chances.
    return {
        calibration: fitCalibration([...runs.values()], { minScale: 1 }),
        requestsPerDay: (count * DAY_US) / spanUs,
    };
}
//# sourceMappingURL=web-learner.js.map