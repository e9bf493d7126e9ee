import { PlimsollError, sealProfile, } from '@plimsoll/contracts';
import { fitCalibration } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import { judgeStatement, learnStatement } from './sql-judge.js';
import { SQL } from './sql-detector.js';
import { startSqlState } from './sql-state.js';
const MIN_LEARNED = 20;
const MIN_CALIBRATED = 10;
const MAX_CONNECTIONS = 65_536;
const MAX_STREAMS = 10_000;
const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const COMPLETE_NOVELTY = 0.01;
/** Learns what statements a workload's database is asked. Memory: the counts of `ChanceTable`, and one number a statement calibrated on. */
export class SqlLearner {
    #of;
    #table = new ChanceTable();
    #streams = new Set();
    #states = new Map();
    #runs = new Map();
    #learned = 0;
    #calibrated = 0;
    #gaps = 0;
    #spans = new Map();
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
        learnStatement(this.#table, input);
        this.#learned += 1;
    }
    calibrate(input) {
        if (input.type === 'gap')
            return;
        const key = `${input.stream} ${input.key}`;
        let state = this.#states.get(key);
        if (state === undefined) {
            if (this.#states.size >= MAX_CONNECTIONS)
                return;
            state = startSqlState();
            this.#states.set(key, state);
        }
        const judged = judgeStatement(this.#table, input, state);
        if (judged.known)
            state.known += 1;
        else
            state.unknown += 1;
        const run = this.#runs.get(input.stream);
        if (run === undefined)
            this.#runs.set(input.stream, [judged.score]);
        else
            run.push(judged.score);
        this.#calibrated += 1;
        const span = this.#spans.get(input.stream) ?? { first: input.timeUs, last: input.timeUs };
        this.#spans.set(input.stream, {
            first: Math.min(span.first, input.timeUs),
            last: Math.max(span.last, input.timeUs),
        });
    }
    finish() {
        if (this.#learned < MIN_LEARNED || this.#calibrated < MIN_CALIBRATED) {
            throw new PlimsollError('empty-source', `SQL statements of ${this.#of.workload}: ${this.#learned} to learn from and ${this.#calibrated} to calibrate on; at least ${MIN_LEARNED} and ${MIN_CALIBRATED} are needed`);
        }
        const spanUs = Math.max([...this.#spans.values()].reduce((total, { first, last }) => total + last - first, 0), MINUTE_US);
        const novelty = Math.min(this.#table.chanceOfNew('outline'), 1);
        const model = {
            kind: 'sql/1',
            table: this.#table.data(),
            // A nat is the least difference that means anything in a logarithm of chances.
            calibration: fitCalibration([...this.#runs.values()], { minScale: 1 }),
            statementsPerDay: (this.#calibrated * DAY_US) / spanUs,
        };
        return sealProfile({
            ...this.#of,
            detector: SQL,
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
}
//# sourceMappingURL=sql-learner.js.map