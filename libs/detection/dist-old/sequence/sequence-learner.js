import { PlimsollError, sealProfile, } from '@plimsoll/contracts';
import { fitCalibration } from '../calibration/index.js';
import { LearnedTime } from '../syscall-windows/learned-time.js';
import { NoveltyCounter } from '../syscall-windows/novelty.js';
import { cutWindows, DEFAULT_WINDOW_BOUNDS, } from '../syscall-windows/window-cutter.js';
import { startWindowState } from '../syscall-windows/window-state.js';
import { agreement, noveltyUnits, unseenRates } from './agreement.js';
import { knownRuns } from './known-runs.js';
import { lengthOf, sequenceOptions } from './options.js';
import { eachExecution } from './programs.js';
import { collectRuns, droppedCalls, Scanner } from './scanner.js';
import { writeTrails } from './sequence-model.js';
import { emptyTally } from './sequence-state.js';
import { ThreadMemory } from './thread-memory.js';
import { bagKey, Trails } from './trails.js';
/** Containers whose place in their stream is remembered while learning; the one longest silent is forgotten. */
const MAX_CONTAINERS = 1024;
const MAX_PROGRAMS = 4096;
const MAX_STREAMS = 10_000;
/** Benign windows that a profile must have seen before it can be complete. */
const ENOUGH_WINDOWS = 100;
const COMPLETE_NOVELTY = 0.02;
/** Smallest difference of agreement scores that means anything. */
const SCORE_STEP = 0.1;
/** What benign novelty amounts to, in its own units. */
const EXPECTED_NOVELTY = 1;
/**
 * What is known beforehand of new programs, as a number of benign windows that execute one: a web server, a database or
 * a worker runs what its image holds, and the same from the first day on.
 */
const PRIOR_NEW_PROGRAMS = 0.001;
/** Learns the order of a workload's calls. Memory: the distinct runs (`Trails`) and 200 bytes a calibrated window. */
export class SequenceLearner {
    #of;
    #options;
    #bounds;
    #dropped;
    #trails;
    #novelty;
    #learning = new Map();
    #calibrating = new Map();
    #programs = new Map();
    #streams = new Set();
    #time = new LearnedTime();
    #scanner;
    /** Unseen rates of calibration windows, one array a container. */
    #runs = [];
    #newProgramWindows = 0;
    #calls = 0;
    #gaps = 0;
    constructor(of, options = {}) {
        this.#of = { application: of.application, workload: of.workload };
        this.#options = sequenceOptions(options);
        this.#bounds = { ...DEFAULT_WINDOW_BOUNDS, calls: this.#options.windowCalls, minCalls: this.#options.minCalls };
        this.#dropped = droppedCalls(this.#options.keyGroup);
        this.#trails = new Trails(lengthOf(this.#options));
        this.#novelty = new NoveltyCounter();
    }
    learn(batch) {
        if (this.#scanner)
            throw new PlimsollError('bad-configuration', 'sequence: learning after calibration has begun');
        const container = this.#container(this.#learning, batch);
        if (this.#streams.size < MAX_STREAMS)
            this.#streams.add(batch.stream);
        cutWindows(container.state, batch, this.#bounds, this.#visitor(container, this.#learnCalls, () => {
            this.#novelty.window();
        }));
        for (const [digest, name] of batch.names)
            if (this.#programs.has(digest))
                this.#programs.set(digest, name);
        this.#time.add(batch);
    }
    calibrate(batch) {
        this.#scanner ??= new Scanner(knownRuns(this.#trails, this.#options), this.#options.scope, this.#dropped);
        const container = this.#container(this.#calibrating, batch);
        cutWindows(container.state, batch, this.#bounds, this.#visitor(container, this.#calibrateCalls, this.#calibrated));
        this.#time.add(batch);
    }
    /** Takes over what another learner of the same options calibrated: one fold of a cross-calibration. */
    adoptCalibration(from) {
        for (const { rates } of from.#calibrating.values())
            from.#runs.push(rates);
        from.#calibrating.clear();
        this.#runs.push(...from.#runs);
        this.#newProgramWindows += from.#newProgramWindows;
    }
    finish() {
        for (const { rates } of this.#calibrating.values())
            this.#runs.push(rates);
        this.#calibrating.clear();
        const windows = this.#runs.flat();
        if (this.#calls === 0 || windows.length === 0) {
            const missing = this.#calls === 0 ? 'calls to learn from' : 'window to calibrate on';
            throw new PlimsollError('empty-source', `sequence, workload ${this.#of.workload}: nothing benign, no ${missing}`);
        }
        const units = noveltyUnits(windows, [...this.#options.bags, ...this.#options.ngrams], this.#options);
        const scores = this.#runs.map((run) => run.map((rates) => agreement(rates, units)));
        const model = {
            schema: 1,
            options: this.#options,
            ...writeTrails(this.#trails),
            calls: this.#calls,
            units,
            calibration: fitCalibration(scores, { minScale: SCORE_STEP, expectedExcess: EXPECTED_NOVELTY }),
            windowsPerDay: this.#time.perDay(windows.length + this.#novelty.windows),
            programs: Array.from(this.#programs, ([digest, name]) => ({ digest, name })),
            newProgram: Math.min(1, (PRIOR_NEW_PROGRAMS + this.#newProgramWindows) / (1 + this.#novelty.windows + windows.length)),
        };
        const novelty = this.#novelty.estimate();
        return sealProfile({
            ...this.#of,
            detector: 'sequence',
            learned: {
                streams: [...this.#streams],
                events: this.#calls,
                novelty,
                complete: novelty <= COMPLETE_NOVELTY &&
                    this.#novelty.windows >= ENOUGH_WINDOWS &&
                    this.#gaps === 0 &&
                    this.#trails.dropped === 0,
                notes: this.#notes(windows.length),
            },
            model,
        });
    }
    #notes(calibrated) {
        const notes = [
            `${this.#novelty.windows} windows learned, ${calibrated} calibrated, ${this.#trails.size} distinct runs`,
        ];
        if (this.#gaps > 0)
            notes.push(`${this.#gaps} losses in the source: windows across them were not used`);
        if (this.#trails.dropped > 0)
            notes.push(`${this.#trails.dropped} calls ended runs beyond the limit and were not learned`);
        return notes;
    }
    #learnCalls = (container, batch, from, to) => {
        const { memory } = container;
        const smallest = Math.min(...this.#options.bags, ...this.#options.ngrams);
        collectRuns(batch, from, to, memory, this.#options.scope, this.#dropped, this.#trails, (slot) => {
            if (memory.have[slot] >= smallest)
                this.#novelty.add(...bagKey(memory.last(slot, smallest)));
        });
        eachExecution(batch, from, to, (_, digest) => {
            if (this.#programs.size >= MAX_PROGRAMS && !this.#programs.has(digest))
                return;
            this.#programs.set(digest, batch.names.get(digest) ?? this.#programs.get(digest) ?? '');
        });
        this.#calls += to - from;
    };
    #calibrateCalls = (container, batch, from, to) => {
        this.#scanner?.scan(batch, from, to, container.memory, container.tally, () => undefined);
        eachExecution(batch, from, to, (_, digest) => {
            if (!this.#programs.has(digest))
                container.programs.add(digest);
        });
    };
    #calibrated = (container) => {
        container.rates.push(unseenRates(container.tally, this.#options));
        if (container.programs.size > 0)
            this.#newProgramWindows += 1;
        for (const digest of container.programs)
            this.#programs.set(digest, '');
    };
    #visitor(container, calls, closed) {
        const clear = () => {
            container.tally = emptyTally(this.#options.bags.length + this.#options.ngrams.length);
            container.programs = new Set();
        };
        return {
            calls: (batch, from, to) => {
                calls(container, batch, from, to);
            },
            close: (enough) => {
                if (enough)
                    closed(container);
                clear();
            },
            gap: (_) => {
                this.#gaps += 1;
                clear();
            },
            forget: () => {
                container.memory.forget();
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
            memory: new ThreadMemory(lengthOf(this.#options)),
            tally: emptyTally(this.#options.bags.length + this.#options.ngrams.length),
            programs: new Set(),
            rates: [],
        };
        containers.set(batch.container, made);
        for (const [oldest, { rates }] of containers) {
            if (containers.size <= MAX_CONTAINERS)
                break;
            if (rates.length > 0)
                this.#runs.push(rates);
            containers.delete(oldest);
        }
        return made;
    }
}
/** A learner for one workload. */
export function sequenceLearner(options = {}) {
    return (of) => new SequenceLearner(of, options);
}
//# sourceMappingURL=sequence-learner.js.map