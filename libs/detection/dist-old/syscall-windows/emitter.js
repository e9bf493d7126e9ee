import { identity, } from '@plimsoll/contracts';
import { emptyCoverage } from './window-state.js';
/** A normal window whose p-value is at or under this is published too: fusion may add up what no level alone shows. */
export const WEAK_P_VALUE = 0.02;
const COVERAGE_US = 60_000_000;
export const UNJUDGED = {
    pValue: 1,
    score: 0,
    severity: 1,
    path: 'unknown',
    finding: '',
    techniques: [],
    evidence: [],
    joins: {},
};
/** Turns the findings of one `step` into messages, and counts the rest for coverage. */
export class Emitter {
    messages = [];
    #options;
    #state;
    #profileVersion;
    constructor(options, state, profileVersion) {
        this.#options = options;
        this.#state = state;
        this.#profileVersion = profileVersion;
    }
    /** The open window was judged. */
    window(finding) {
        const { window } = this.#state;
        this.#cover(window, finding.state);
        const worthIt = finding.state === 'anomalous' || (finding.state === 'normal' && finding.pValue <= WEAK_P_VALUE);
        if (worthIt || this.#options.publish === 'every')
            this.#publish(window, finding);
    }
    /** The open window, if any, was lost to `gap`. */
    gap(gap) {
        const { window } = this.#state;
        const open = window.count > 0;
        const startUs = open ? Math.min(window.startUs, gap.startUs) : gap.startUs;
        const lost = {
            startUs,
            endUs: Math.max(open ? window.endUs : startUs, gap.endUs, startUs),
            startOrdinal: open ? window.startOrdinal : this.#state.nextOrdinal,
            count: window.count,
        };
        this.#cover(lost, 'gap');
        this.#publish(lost, { ...UNJUDGED, state: 'gap', finding: gap.cause });
    }
    /** Sends the coverage that is pending. */
    flush() {
        const { coverage, where, stream } = this.#state;
        const { detector, level } = this.#options;
        const entries = Object.entries(coverage.windows).filter(([, count]) => count > 0);
        if (entries.length === 0)
            return;
        const record = {
            type: 'coverage',
            schema: 1,
            ...where,
            id: identity(detector, this.#profileVersion, where.container, stream, 'coverage', coverage.startUs),
            detector,
            level,
            profileVersion: this.#profileVersion,
            stream,
            window: { startUs: coverage.startUs, endUs: coverage.endUs },
            windows: Object.fromEntries(entries),
            count: coverage.count,
        };
        this.messages.push(record);
        this.#state.coverage = emptyCoverage();
    }
    #publish(window, found) {
        const { where, stream } = this.#state;
        const { detector, level } = this.#options;
        this.messages.push({
            type: 'verdict',
            schema: 1,
            ...where,
            id: identity(detector, this.#profileVersion, where.container, stream, window.startOrdinal, window.startUs),
            detector,
            level,
            profileVersion: this.#profileVersion,
            stream,
            window: { startUs: window.startUs, endUs: window.endUs },
            count: window.count,
            cwe: [],
            ...found,
        });
    }
    #cover(window, state) {
        const minute = (timeUs) => Math.floor(timeUs / COVERAGE_US);
        const pending = this.#state.coverage;
        const empty = Object.values(pending.windows).every((count) => count === 0);
        if (!empty && minute(window.endUs) > minute(pending.startUs))
            this.flush();
        const { coverage } = this.#state;
        if (Object.values(coverage.windows).every((count) => count === 0))
            coverage.startUs = window.startUs;
        coverage.endUs = Math.max(coverage.endUs, window.endUs);
        coverage.windows[state] += 1;
        coverage.count += window.count;
    }
}
//# sourceMappingURL=emitter.js.map