import type { SyscallBatch } from '@plimsoll/contracts';

import type { Calibration } from '../calibration/index.js';
import type { Detector } from '../detector.js';
import { Emitter, type EmitterOptions } from './emitter.js';
import { cutWindows, DEFAULT_WINDOW_BOUNDS, type WindowBounds, type WindowVisitor } from './window-cutter.js';
import { emptyCoverage, type WindowState } from './window-state.js';

/** A state of windows that says which profile its counts are of. */
export type JudgedWindowState = WindowState & { profileVersion: string };

interface WindowModel {
  readonly version: string;
  readonly calibration: Calibration;
  readonly serves: boolean;
  readonly options: { readonly minCalls: number };
}

/** What a detector makes of one batch of calls. */
export interface WindowJudge extends Omit<WindowVisitor, 'gap' | 'end'> {
  /** Another profile judges from here on: what was counted for the one before says nothing about it. */
  startOver(): void;
  /** Calls were lost. */
  lose?(): void;
  /** The batch was judged to its end. */
  settle?(batch: SyscallBatch): void;
}

/** A detector of windows of calls, as it declares itself: its state, its scorer and how long its windows are. */
export interface WindowJudging<State, Model> extends Omit<
  Detector<SyscallBatch, State, Model>,
  'name' | 'level' | 'beside' | 'step'
> {
  /** The detector's name too. */
  readonly level: 'sequence' | 'frequency';
  /** Calls of one window, or of the pieces that windows are made of. */
  windowCalls(model: Model): number;
  judge(state: State, model: Model | undefined, emitter: Emitter): WindowJudge;
}

/** The detector: the frame cuts windows, follows the profile's version and tells gaps and the end of streams. */
export function windowDetector<State extends JudgedWindowState, Model extends WindowModel>(
  judging: WindowJudging<State, Model>,
  publish: EmitterOptions['publish'] = 'remarkable',
): Detector<SyscallBatch, State, Model> {
  const { level } = judging;
  const bounds = (model: Model | undefined): WindowBounds => {
    if (model === undefined) return DEFAULT_WINDOW_BOUNDS;
    const { options, serves } = model;
    return { ...DEFAULT_WINDOW_BOUNDS, calls: judging.windowCalls(model), minCalls: options.minCalls, serves };
  };
  return {
    name: level,
    level,
    prepare: (profile, budget) => judging.prepare(profile, budget),
    start: () => judging.start(),
    beside: (state) => ({ ...judging.decode(judging.encode(state)), coverage: emptyCoverage() }),
    encode: (state) => judging.encode(state),
    decode: (bytes) => judging.decode(bytes),
    step(state, batch, model) {
      const emitter = new Emitter({ detector: level, level, publish }, state, model);
      const judge = judging.judge(state, model, emitter);
      const version = model?.version ?? '';
      if (state.profileVersion !== version) {
        emitter.flush(state.profileVersion || 'none');
        state.profileVersion = version;
        judge.startOver();
      }
      cutWindows(state, batch, bounds(model), visitorOf(judge, emitter));
      judge.settle?.(batch);
      return emitter.messages;
    },
  };
}

function visitorOf(judge: WindowJudge, emitter: Emitter): WindowVisitor {
  return {
    calls: (batch, from, to) => {
      judge.calls(batch, from, to);
    },
    close: (enough, starting) => {
      judge.close(enough, starting);
    },
    gap: (gap) => {
      emitter.gap(gap);
      judge.lose?.();
    },
    forget: () => {
      judge.forget();
    },
    end: () => {
      emitter.flush();
    },
  };
}
