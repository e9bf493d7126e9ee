import type { SyscallBatch } from '@plimsoll/contracts';

import type { Calibration } from '../calibration/index.js';
import type { Detector } from '../detector.js';
import { asLearned, type Learnedness } from './as-learned.js';
import { UNSCORED, VerdictWriter, type Finding, type VerdictWriterOptions } from './verdict-writer.js';
import { cutWindows, DEFAULT_WINDOW_BOUNDS, type WindowBounds, type WindowVisitor } from './window-cutter.js';
import { emptyCoverage, type WindowState } from './window-state.js';

/** A state of windows that says which profile its counts are of. */
export type ScoredWindowState = WindowState & { profileVersion: string };

interface WindowModel extends Learnedness {
  readonly version: string;
  readonly calibration: Calibration;
  readonly serves: boolean;
  readonly options: { readonly minCalls: number };
}

/** What a detector makes of one batch of calls. */
export interface WindowScorer<Model> extends Omit<WindowVisitor, 'gap' | 'end' | 'close'> {
  /** What the open window shows; undefined where that is too little. `enough` as in `WindowVisitor.close`. */
  score(model: Model, enough: boolean): Finding | undefined;
  /** The open window is over, and the next one begins; `starting` as in `WindowVisitor.close`. */
  next(starting: boolean): void;
  /** Another profile scores from here on: what was counted for the one before says nothing about it. */
  startOver(): void;
  /** Calls were lost. */
  lose?(): void;
  /** The batch was scored to its end. */
  settle?(batch: SyscallBatch): void;
}

/** A detector of windows of calls, as it declares itself: its state, its scorer and how long its windows are. */
export interface WindowScoring<State, Model> extends Omit<
  Detector<SyscallBatch, State, Model>,
  'name' | 'level' | 'beside' | 'step'
> {
  /** The detector's name too. */
  readonly level: 'sequence' | 'frequency';
  /** Calls of one window, or of the pieces that windows are made of. */
  windowCalls(model: Model): number;
  scorer(state: State, model: Model | undefined): WindowScorer<Model>;
}

/** The detector: the frame cuts windows, follows the profile's version and tells gaps and the end of streams. */
export function windowDetector<State extends ScoredWindowState, Model extends WindowModel>(
  scoring: WindowScoring<State, Model>,
  publish: VerdictWriterOptions['publish'] = 'remarkable',
): Detector<SyscallBatch, State, Model> {
  const { level } = scoring;
  const bounds = (model: Model | undefined): WindowBounds => {
    if (model === undefined) return DEFAULT_WINDOW_BOUNDS;
    const { options, serves } = model;
    return { ...DEFAULT_WINDOW_BOUNDS, calls: scoring.windowCalls(model), minCalls: options.minCalls, serves };
  };
  return {
    name: level,
    level,
    prepare: (profile, budget) => scoring.prepare(profile, budget),
    start: () => scoring.start(),
    beside: (state) => ({ ...scoring.decode(scoring.encode(state)), coverage: emptyCoverage() }),
    encode: (state) => scoring.encode(state),
    decode: (bytes) => scoring.decode(bytes),
    step(state, batch, model) {
      const writer = new VerdictWriter({ detector: level, level, publish }, state, model);
      const scorer = scoring.scorer(state, model);
      const version = model?.version ?? '';
      if (state.profileVersion !== version) {
        // Calls that passed while nothing could score them are not spent: a replay of them is scored.
        if (state.profileVersion === '') state.nextOrdinal = Math.min(state.nextOrdinal, batch.firstOrdinal);
        writer.flush(state.profileVersion || 'none');
        state.profileVersion = version;
        scorer.startOver();
      }
      cutWindows(state, batch, bounds(model), visitorOf(scorer, model, writer));
      scorer.settle?.(batch);
      return writer.messages;
    },
  };
}

function visitorOf<Model extends WindowModel>(
  scorer: WindowScorer<Model>,
  model: Model | undefined,
  writer: VerdictWriter,
): WindowVisitor {
  return {
    calls: (batch, from, to) => {
      scorer.calls(batch, from, to);
    },
    close: (enough, starting) => {
      if (model === undefined || starting) writer.window({ ...UNSCORED, state: 'warming' });
      else writer.window(asLearned(scorer.score(model, enough) ?? { ...UNSCORED, state: 'insufficient' }, model));
      scorer.next(starting);
    },
    gap: (gap) => {
      writer.gap(gap);
      scorer.lose?.();
    },
    forget: () => {
      scorer.forget();
    },
    end: () => {
      writer.flush();
    },
  };
}
