import {
  PlimsollError,
  sealProfile,
  type LogGap,
  type ProfileFile,
  type WebRequest,
  type Where,
} from '@plimsoll/contracts';
import { z } from 'zod';

import { fitCalibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
import type { Learner, LearningProgress } from '../detector.js';
import { addRun, addSpan, Count, decodeSnapshot, encodeSnapshot, Spans } from '../learning/snapshot.js';
import { endpointOf } from './web-contexts.js';
import { WEB } from './web-detector.js';
import { judgeRequest, learnRequest } from './web-judge.js';
import type { WebModelData } from './web-model.js';
import { startWebState, WebState } from './web-state.js';

const MIN_LEARNED = 20;
const MIN_CALIBRATED = 10;
/** Sessions followed at once; the one longest silent goes first. */
const MAX_SESSIONS = 16_384;
const MAX_STREAMS = 10_000;
const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const COMPLETE_NOVELTY = 0.02;
const VIEWS = ['exchange', 'line'] as const;

interface Calibrated {
  readonly runs: Map<string, number[]>;
  readonly spans: Map<string, { first: number; last: number }>;
  count: number;
}

const SNAPSHOT = 2;

const HeldView = z.object({
  runs: z.array(z.tuple([z.string(), z.array(z.number())])),
  spans: Spans,
  count: Count,
});
const Held = z.object({
  table: ChanceTableData,
  learned: Count,
  gaps: Count,
  streams: z.array(z.string()),
  sessions: z.array(z.tuple([z.string(), WebState])),
  calibrating: z.boolean(),
  views: z.object({ exchange: HeldView, line: HeldView }),
});

/** Learns how a workload is asked. Memory: the counts of `ChanceTable`, the sessions, and one number a request calibrated on. */
export class WebLearner implements Learner<WebRequest | LogGap> {
  readonly #of: Pick<Where, 'application' | 'workload'>;
  #table = new ChanceTable();
  /** What `#table` holds was learned by another, for whom this one calibrates. */
  #lent = false;
  readonly #streams = new Set<string>();
  #sessions = new Map<string, WebState>();
  readonly #views = { exchange: calibrated(), line: calibrated() };
  #calibrating = false;
  #learned = 0;
  #gaps = 0;

  constructor({ application, workload }: Pick<Where, 'application' | 'workload'>) {
    this.#of = { application, workload };
  }

  learn(input: WebRequest | LogGap): void {
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(input.stream);
    if (input.type === 'gap') {
      this.#gaps += 1;
      return;
    }
    learnRequest(this.#table, input, this.#session(input));
    this.#table.add(`endpoint|${input.view}`, endpointOf(input));
    this.#learned += 1;
  }

  calibrate(input: WebRequest | LogGap): void {
    if (!this.#calibrating) {
      this.#calibrating = true;
      this.#sessions = new Map();
    }
    if (input.type === 'gap') return;
    const { score } = judgeRequest(this.#table, input, this.#session(input));
    const view = this.#views[input.view];
    addRun(view.runs, input.stream, [score]);
    addSpan(view.spans, input.stream, input.timeUs);
    view.count += 1;
  }

  progress(): LearningProgress {
    const seen = VIEWS.filter((view) => this.#table.total(`endpoint|${view}`) > 0);
    const novelty =
      seen.length === 0 ? 1 : Math.max(...seen.map((view) => this.#table.chanceOfNew(`endpoint|${view}`)));
    const converged = novelty <= COMPLETE_NOVELTY && this.#gaps === 0;
    return { events: this.#learned, novelty, converged, gaps: this.#gaps };
  }

  calibrator(): WebLearner {
    const made = new WebLearner(this.#of);
    made.#table = this.#table;
    made.#lent = true;
    return made;
  }

  snapshot(): Uint8Array {
    const held: z.infer<typeof Held> = {
      table: this.#lent ? [] : this.#table.data(),
      learned: this.#learned,
      gaps: this.#gaps,
      streams: [...this.#streams],
      sessions: [...this.#sessions],
      calibrating: this.#calibrating,
      views: { exchange: heldView(this.#views.exchange), line: heldView(this.#views.line) },
    };
    return encodeSnapshot(WEB, SNAPSHOT, held);
  }

  merge(snapshot: Uint8Array): void {
    const held = decodeSnapshot(snapshot, WEB, SNAPSHOT, Held);
    this.#table.merge(held.table);
    this.#learned += held.learned;
    this.#gaps += held.gaps;
    for (const stream of held.streams) if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
    this.#calibrating ||= held.calibrating;
    for (const [key, state] of held.sessions) this.#sessions.set(key, state);
    for (const name of VIEWS) {
      const [view, more] = [this.#views[name], held.views[name]];
      for (const [stream, scores] of more.runs) addRun(view.runs, stream, scores);
      for (const [stream, { first, last }] of more.spans) addSpan(view.spans, stream, first, last);
      view.count += more.count;
    }
  }

  finish(): ProfileFile {
    const count = this.#views.exchange.count + this.#views.line.count;
    if (this.#learned < MIN_LEARNED || count < MIN_CALIBRATED) {
      throw new PlimsollError(
        'empty-source',
        `web requests of ${this.#of.workload}: ${this.#learned} to learn from and ${count} to calibrate on; at least ${MIN_LEARNED} and ${MIN_CALIBRATED} are needed`,
      );
    }
    const { novelty, converged } = this.progress();
    const [exchange, line] = [viewData(this.#views.exchange), viewData(this.#views.line)];
    const model: WebModelData = {
      kind: 'web/2',
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
        complete: converged,
        notes: this.#gaps === 0 ? [] : [`${this.#gaps} gaps in what was learned from`],
      },
      model,
    });
  }

  #session(event: WebRequest): WebState {
    const key = `${event.stream} ${event.key}`;
    const state = this.#sessions.get(key) ?? startWebState();
    this.#sessions.delete(key);
    this.#sessions.set(key, state);
    if (this.#sessions.size > MAX_SESSIONS) {
      const oldest = this.#sessions.keys().next();
      if (!oldest.done) this.#sessions.delete(oldest.value);
    }
    return state;
  }
}

function calibrated(): Calibrated {
  return { runs: new Map(), spans: new Map(), count: 0 };
}

function heldView({ runs, spans, count }: Calibrated): z.infer<typeof HeldView> {
  return { runs: [...runs], spans: [...spans], count };
}

function viewData({ runs, spans, count }: Calibrated): WebModelData['views']['line'] {
  if (count < MIN_CALIBRATED) return undefined;
  const spanUs = Math.max(
    [...spans.values()].reduce((total, { first, last }) => total + last - first, 0),
    MINUTE_US,
  );
  // A nat is the least difference that means anything in a logarithm of chances.
  return {
    calibration: fitCalibration([...runs.values()], { minScale: 1 }),
    requestsPerDay: (count * DAY_US) / spanUs,
  };
}
