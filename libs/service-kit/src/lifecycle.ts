import { PlimsollError } from '@plimsoll/contracts';

/** One named part of a service's start, and what undoes it. */
export interface Step {
  readonly name: string;
  readonly start?: () => Promise<void>;
  /** Also called where `start` failed or has not ended: it then makes `start` give up. */
  readonly stop?: () => Promise<void>;
}

/** A step that only closes what needs no opening. */
export function closing(name: string, part: { close(): Promise<void> }): Step {
  return { name, stop: () => part.close() };
}

/** Where a lifecycle tells what it does. */
export interface LifecycleLog {
  started(step: string, tookMs: number): void;
  stopped(step: string, tookMs: number): void;
  failed(step: string, error: unknown): void;
}

/** What every later stop step may count on when an earlier one hangs. */
const RESERVED_MS = 500;

/**
 * Starts a service step by step, in order, and stops what was begun in the opposite order. Every stop step is
 * attempted, even after one fails or hangs.
 */
export class Lifecycle {
  readonly #steps: readonly Step[];
  readonly #log: LifecycleLog;
  readonly #begun: Step[] = [];
  #stopping: Promise<boolean> | undefined;

  constructor(steps: readonly Step[], log: LifecycleLog) {
    this.#steps = steps;
    this.#log = log;
  }

  /** Rejects with the failure of a step, or `stopped` where `stop` came in between; the caller then stops. */
  async start(): Promise<void> {
    for (const step of this.#steps) {
      if (this.#stopping) throw new PlimsollError('stopped', `stopped before the step '${step.name}'`);
      this.#begun.push(step);
      const begin = performance.now();
      await step.start?.();
      this.#log.started(step.name, performance.now() - begin);
    }
  }

  /** Whether every stop step succeeded within `withinMs` in all. Later calls get the first one's answer. */
  stop(withinMs: number): Promise<boolean> {
    this.#stopping ??= this.#stop(withinMs);
    return this.#stopping;
  }

  async #stop(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    let clean = true;
    for (const [index, step] of this.#begun.toReversed().entries()) {
      if (!step.stop) continue;
      const begin = performance.now();
      const reservedMs = RESERVED_MS * (this.#begun.length - 1 - index);
      try {
        await within(Math.max(RESERVED_MS, deadline - begin - reservedMs), step.name, step.stop());
        this.#log.stopped(step.name, performance.now() - begin);
      } catch (error) {
        clean = false;
        this.#log.failed(step.name, error);
      }
    }
    return clean;
  }
}

async function within(ms: number, name: string, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new PlimsollError('stopped', `the step '${name}' did not stop within ${Math.round(ms)} ms`));
    }, ms);
  });
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
