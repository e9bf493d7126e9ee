import {
  PlimsollError,
  sealProfile,
  type LogGap,
  type ProfileFile,
  type SqlStatement,
  type Where,
} from '@plimsoll/contracts';
import { z } from 'zod';

import { fitCalibration } from '../calibration/index.js';
import { ChanceTable, ChanceTableData } from '../chance/chance-table.js';
import type { Learner, LearningProgress } from '../detector.js';
import { addRun, addSpan, Count, decodeSnapshot, encodeSnapshot, Spans } from '../learning/snapshot.js';
import { judgeStatement, learnStatement } from './sql-judge.js';
import { SQL } from './sql-detector.js';
import type { SqlModelData } from './sql-model.js';
import { SqlState, startSqlState } from './sql-state.js';

const MIN_LEARNED = 20;
const MIN_CALIBRATED = 10;
const MAX_CONNECTIONS = 65_536;
const MAX_STREAMS = 10_000;
const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const COMPLETE_NOVELTY = 0.01;

const SNAPSHOT = 1;

const Held = z.object({
  table: ChanceTableData,
  learned: Count,
  gaps: Count,
  streams: z.array(z.string()),
  states: z.array(z.tuple([z.string(), SqlState])),
  runs: z.array(z.tuple([z.string(), z.array(z.number())])),
  calibrated: Count,
  spans: Spans,
});

/** Learns what statements a workload's database is asked. Memory: the counts of `ChanceTable`, and one number a statement calibrated on. */
export class SqlLearner implements Learner<SqlStatement | LogGap> {
  readonly #of: Pick<Where, 'application' | 'workload'>;
  #table = new ChanceTable();
  /** What `#table` holds was learned by another, for whom this one calibrates. */
  #lent = false;
  readonly #streams = new Set<string>();
  readonly #states = new Map<string, SqlState>();
  readonly #runs = new Map<string, number[]>();
  #learned = 0;
  #calibrated = 0;
  #gaps = 0;
  readonly #spans = new Map<string, { first: number; last: number }>();

  constructor({ application, workload }: Pick<Where, 'application' | 'workload'>) {
    this.#of = { application, workload };
  }

  learn(input: SqlStatement | LogGap): void {
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(input.stream);
    if (input.type === 'gap') {
      this.#gaps += 1;
      return;
    }
    learnStatement(this.#table, input);
    this.#learned += 1;
  }

  calibrate(input: SqlStatement | LogGap): void {
    if (input.type === 'gap') return;
    const key = `${input.stream} ${input.key}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MAX_CONNECTIONS) return;
      state = startSqlState();
      this.#states.set(key, state);
    }
    const judged = judgeStatement(this.#table, input, state);
    if (judged.known) state.known += 1;
    else state.unknown += 1;
    addRun(this.#runs, input.stream, [judged.score]);
    this.#calibrated += 1;
    addSpan(this.#spans, input.stream, input.timeUs);
  }

  progress(): LearningProgress {
    const novelty = Math.min(this.#table.chanceOfNew('outline'), 1);
    const converged = novelty <= COMPLETE_NOVELTY && this.#gaps === 0;
    return { events: this.#learned, novelty: this.#learned === 0 ? 1 : novelty, converged, gaps: this.#gaps };
  }

  calibrator(): SqlLearner {
    const made = new SqlLearner(this.#of);
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
      states: [...this.#states],
      runs: [...this.#runs],
      calibrated: this.#calibrated,
      spans: [...this.#spans],
    };
    return encodeSnapshot(SQL, SNAPSHOT, held);
  }

  merge(snapshot: Uint8Array): void {
    const held = decodeSnapshot(snapshot, SQL, SNAPSHOT, Held);
    this.#table.merge(held.table);
    this.#learned += held.learned;
    this.#gaps += held.gaps;
    for (const stream of held.streams) if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
    for (const [key, state] of held.states) if (this.#states.size < MAX_CONNECTIONS) this.#states.set(key, state);
    for (const [stream, scores] of held.runs) addRun(this.#runs, stream, scores);
    this.#calibrated += held.calibrated;
    for (const [stream, { first, last }] of held.spans) addSpan(this.#spans, stream, first, last);
  }

  finish(): ProfileFile {
    if (this.#learned < MIN_LEARNED || this.#calibrated < MIN_CALIBRATED) {
      throw new PlimsollError(
        'empty-source',
        `SQL statements of ${this.#of.workload}: ${this.#learned} to learn from and ${this.#calibrated} to calibrate on; at least ${MIN_LEARNED} and ${MIN_CALIBRATED} are needed`,
      );
    }
    const spanUs = Math.max(
      [...this.#spans.values()].reduce((total, { first, last }) => total + last - first, 0),
      MINUTE_US,
    );
    const { novelty, converged } = this.progress();
    const model: SqlModelData = {
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
        complete: converged,
        notes: this.#gaps === 0 ? [] : [`${this.#gaps} gaps in what was learned from`],
      },
      model,
    });
  }
}
