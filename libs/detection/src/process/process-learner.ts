import {
  PlimsollError,
  sealProfile,
  type LogGap,
  type ProcessActivity,
  type ProfileFile,
  type Where,
} from '@plimsoll/contracts';
import { z } from 'zod';

import { fitCalibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
import type { Learner, LearningProgress } from '../detector.js';
import { addRun, addSpan, Count, decodeSnapshot, encodeSnapshot, Spans } from '../learning/snapshot.js';
import { PROCESS } from './process-detector.js';
import { learnActivity } from './process-facts.js';
import { judgeActivity } from './process-judge.js';
import type { ProcessModelData } from './process-model.js';

const MAX_STREAMS = 10_000;
const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const COMPLETE_NOVELTY = 0.02;
const SNAPSHOT = 1;

const Held = z.object({
  table: ChanceTableData,
  learned: Count,
  unseen: Count,
  gaps: Count,
  streams: z.array(z.string()),
  runs: z.array(z.tuple([z.string(), z.array(z.number())])),
  calibrated: Count,
  spans: Spans,
});

/**
 * Learns what a workload's programs do. A workload of which nothing but watched minutes was seen has a profile too: its
 * first program is then judged by what is dangerous anywhere. Memory: the counts of `ChanceTable`, and one number an
 * event calibrated on.
 */
export class ProcessLearner implements Learner<ProcessActivity | LogGap> {
  readonly #of: Pick<Where, 'application' | 'workload'>;
  #table = new ChanceTable();
  /** What `#table` holds was learned by another, for whom this one calibrates. */
  #lent = false;
  readonly #streams = new Set<string>();
  readonly #runs = new Map<string, number[]>();
  #learned = 0;
  /** Minutes of sources that show no parameters. */
  #unseen = 0;
  #calibrated = 0;
  #gaps = 0;
  readonly #spans = new Map<string, { first: number; last: number }>();

  constructor({ application, workload }: Pick<Where, 'application' | 'workload'>) {
    this.#of = { application, workload };
  }

  learn(input: ProcessActivity | LogGap): void {
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(input.stream);
    if (input.type === 'gap') this.#gaps += 1;
    else if (input.parameters === false) this.#unseen += 1;
    else {
      learnActivity(this.#table, input);
      this.#learned += 1;
    }
  }

  calibrate(input: ProcessActivity | LogGap): void {
    if (input.type === 'gap' || input.parameters === false) return;
    addRun(this.#runs, input.stream, [judgeActivity(this.#table, input).score]);
    this.#calibrated += 1;
    addSpan(this.#spans, input.stream, input.timeUs);
  }

  progress(): LearningProgress {
    const contexts = ['command', 'file', 'connect'].filter((context) => this.#table.total(context) > 0);
    const novelty = Math.max(0, ...contexts.map((context) => this.#table.chanceOfNew(context)));
    const converged = novelty <= COMPLETE_NOVELTY && this.#gaps === 0;
    return { events: this.#learned, novelty: this.#learned === 0 ? 1 : novelty, converged, gaps: this.#gaps };
  }

  calibrator(): ProcessLearner {
    const made = new ProcessLearner(this.#of);
    made.#table = this.#table;
    made.#lent = true;
    return made;
  }

  snapshot(): Uint8Array {
    const held: z.infer<typeof Held> = {
      table: this.#lent ? [] : this.#table.data(),
      learned: this.#learned,
      unseen: this.#unseen,
      gaps: this.#gaps,
      streams: [...this.#streams],
      runs: [...this.#runs],
      calibrated: this.#calibrated,
      spans: [...this.#spans],
    };
    return encodeSnapshot(PROCESS, SNAPSHOT, held);
  }

  merge(snapshot: Uint8Array): void {
    const held = decodeSnapshot(snapshot, PROCESS, SNAPSHOT, Held);
    this.#table.merge(held.table);
    this.#learned += held.learned;
    this.#unseen += held.unseen;
    this.#gaps += held.gaps;
    for (const stream of held.streams) if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
    for (const [stream, scores] of held.runs) addRun(this.#runs, stream, scores);
    this.#calibrated += held.calibrated;
    for (const [stream, { first, last }] of held.spans) addSpan(this.#spans, stream, first, last);
  }

  finish(): ProfileFile {
    if (this.#learned === 0 || this.#calibrated === 0) {
      const unseen = this.#unseen > 0 ? "; its source does not show calls' parameters" : '';
      throw new PlimsollError(
        'empty-source',
        `what programs of ${this.#of.workload} do: ${this.#learned} events to learn from and ${this.#calibrated} to calibrate on; at least 1 of each is needed${unseen}`,
      );
    }
    const spanUs = Math.max(
      [...this.#spans.values()].reduce((total, { first, last }) => total + last - first, 0),
      MINUTE_US,
    );
    const { novelty, converged } = this.progress();
    const model: ProcessModelData = {
      kind: 'process/1',
      table: this.#table.data(),
      // A nat is the least difference that means anything in a logarithm of chances.
      calibration: fitCalibration([...this.#runs.values()], { minScale: 1 }),
      eventsPerDay: (this.#calibrated * DAY_US) / spanUs,
    };
    return sealProfile({
      ...this.#of,
      detector: PROCESS,
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
}
