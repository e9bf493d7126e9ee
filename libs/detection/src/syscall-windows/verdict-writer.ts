import {
  identity,
  type Coverage,
  type Gap,
  type Level,
  type Verdict,
  type VerdictMessage,
  type VerdictState,
} from '@plimsoll/contracts';

import { type Calibration, countPValue } from '../calibration/index.js';
import { emptyCoverage, type OpenWindow, type WindowState } from './window-state.js';

/** A normal window whose p-value is at or under this is published too: fusion may add up what no level alone shows. */
export const WEAK_P_VALUE = 0.02;

const COVERAGE_US = 60_000_000;

/** What a detector found in one window. */
export interface Finding {
  readonly state: VerdictState;
  readonly pValue: number;
  readonly score: number;
  readonly severity: number;
  readonly sign?: true;
  readonly impact?: Verdict['impact'];
  readonly path: Verdict['path'];
  readonly finding: string;
  readonly techniques: string[];
  readonly evidence: Verdict['evidence'];
  readonly joins: Verdict['joins'];
}

export const UNSCORED: Omit<Finding, 'state'> = {
  pValue: 1,
  score: 0,
  severity: 1,
  path: 'unknown',
  finding: '',
  techniques: [],
  evidence: [],
  joins: {},
};

export interface VerdictWriterOptions {
  readonly detector: string;
  readonly level: Level;
  /** `every` publishes normal windows one by one: for evaluation. Default `remarkable`. */
  readonly publish: 'remarkable' | 'every';
}

/** Turns the findings of one `step` into messages, and counts the rest for coverage. */
export class VerdictWriter {
  readonly messages: VerdictMessage[] = [];
  readonly #options: VerdictWriterOptions;
  readonly #state: WindowState;
  readonly #profileVersion: string;
  readonly #calibration: Calibration | undefined;

  /** `profile` is what the windows are scored by; undefined where there is none. */
  constructor(
    options: VerdictWriterOptions,
    state: WindowState,
    profile: { readonly version: string; readonly calibration: Calibration } | undefined,
  ) {
    this.#options = options;
    this.#state = state;
    this.#profileVersion = profile?.version ?? 'none';
    this.#calibration = profile?.calibration;
  }

  /** The open window was scored. */
  window(finding: Finding): void {
    const { window } = this.#state;
    this.#cover(window, finding.state);
    if (this.#calibration && (finding.state === 'normal' || finding.state === 'anomalous')) {
      const { coverage } = this.#state;
      coverage.pValues = countPValue(coverage.pValues, this.#calibration, finding.pValue);
    }
    const worthIt = finding.state === 'anomalous' || (finding.state === 'normal' && finding.pValue <= WEAK_P_VALUE);
    if (worthIt || this.#options.publish === 'every') this.#publish(window, finding);
  }

  /** The open window, if any, was lost to `gap`. */
  gap(gap: Gap): void {
    const { window } = this.#state;
    const open = window.count > 0;
    const startUs = open ? Math.min(window.startUs, gap.startUs) : gap.startUs;
    const lost: OpenWindow = {
      startUs,
      endUs: Math.max(open ? window.endUs : startUs, gap.endUs, startUs),
      startOrdinal: open ? window.startOrdinal : this.#state.nextOrdinal,
      count: window.count,
    };
    this.#cover(lost, 'gap');
    this.#publish(lost, { ...UNSCORED, state: 'gap', finding: gap.cause });
  }

  /** Sends the coverage that is pending, of windows that `profileVersion` scored. */
  flush(profileVersion = this.#profileVersion): void {
    const { coverage, where, stream } = this.#state;
    const { detector, level } = this.#options;
    const entries = Object.entries(coverage.windows).filter(([, count]) => count > 0);
    if (entries.length === 0) return;
    const record: Coverage = {
      type: 'coverage',
      schema: 1,
      ...where,
      id: identity(detector, profileVersion, where.container, stream, 'coverage', coverage.startUs),
      detector,
      level,
      profileVersion,
      stream,
      window: { startUs: coverage.startUs, endUs: coverage.endUs },
      windows: Object.fromEntries(entries),
      count: coverage.count,
      ...(coverage.pValues === undefined ? {} : { pValues: coverage.pValues }),
    };
    this.messages.push(record);
    this.#state.coverage = emptyCoverage();
  }

  #publish(window: OpenWindow, found: Finding): void {
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

  #cover(window: OpenWindow, state: VerdictState): void {
    const minute = (timeUs: number): number => Math.floor(timeUs / COVERAGE_US);
    const pending = this.#state.coverage;
    const empty = Object.values(pending.windows).every((count) => count === 0);
    if (!empty && minute(window.endUs) > minute(pending.startUs)) this.flush();
    const { coverage } = this.#state;
    if (Object.values(coverage.windows).every((count) => count === 0)) coverage.startUs = window.startUs;
    coverage.endUs = Math.max(coverage.endUs, window.endUs);
    coverage.windows[state] += 1;
    coverage.count += window.count;
  }
}
