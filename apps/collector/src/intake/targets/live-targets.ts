import { existsSync } from 'node:fs';

import { PlimsollError, type Gap, type SourceItem, type Where } from '@plimsoll/contracts';
import { CollectorPipeline, messageRecord, type CollectorMessage } from '@plimsoll/pipelines';
import {
  CARRYING_CALLS,
  runSource,
  traceLive,
  type SourceContext,
  type SourceCounts,
  type StraceSettings,
} from '@plimsoll/sources';
import type { Health } from '@plimsoll/streaming';

import type { Checkpoints } from '../follow/checkpoint.js';
import { followLog } from '../follow/follow-log.js';
import type { Acceptor } from '../ordered-delivery.js';
import type { Arrivals } from '../arrivals.js';
import { pause } from '../pause.js';
import { untilSafe } from '../spool/until-safe.js';
import { whereOfContainer, type ContainerFacts, type ContainerRule } from './container-rules.js';
import type { Target, Targets } from './targets.js';

/**
 * `started`: it is watched from now on. `ended`: its process, or its program, has ended; it is looked for again.
 * `waiting`: it could not be watched, or no longer; that is tried again. `stopped`: nobody wants it any more.
 */
export type TargetChange = 'started' | 'ended' | 'waiting' | 'stopped';

export interface LiveTargetsOptions {
  readonly outbox: Acceptor;
  readonly arrivals: Arrivals;
  readonly checkpoints: Checkpoints;
  readonly privacy: SourceContext['privacy'];
  readonly digestKey?: string;
  /** Names this run: streams of attached processes begin anew with it. */
  readonly run: string;
  /** Told what happens to a target. */
  readonly onChange?: (target: string, state: TargetChange, detail: string) => void;
  /** Told what became of the lines of a log that is followed. */
  readonly onCounts?: (target: string, counts: Readonly<SourceCounts>) => void;
  /** Pause before a target that ended or could not begin is tried again. Default 5,000 ms. */
  readonly retryMs?: number;
  /** What attaches; for tests. */
  readonly attach?: typeof traceLive;
}

/** How often pending calls leave when little comes. */
const FLUSH_MS = 500;

/**
 * Runs what a targets file names: follows logs, attaches to processes. `apply` starts what is new, stops what is gone,
 * begins anew what was changed, and leaves the rest alone. A target that fails is tried again until it is removed; a
 * process that is attached to anew is announced as a gap, since nobody saw it in between.
 */
export class LiveTargets {
  readonly #options: LiveTargetsOptions;
  readonly #running = new Map<string, RunningTarget>();
  #rules: readonly ContainerRule[] = [];
  #application = 'unassigned';
  #attached = 0;
  /** Of each target that was attached to, the time of its newest call. */
  readonly #lastUs = new Map<string, number>();
  /** Of each target that ended last time, why, until it has run for as long as it is waited with. */
  readonly #failing = new Map<string, string>();
  /** Of each followed log that nearly nothing can be read of, why. */
  readonly #unreadable = new Map<string, string>();

  constructor(options: LiveTargetsOptions) {
    this.#options = options;
  }

  /** Where the containers of sources of many belong, by the current rules. */
  whereOf(facts: Parameters<typeof whereOfContainer>[0], fallbackWorkload = 'unassigned'): Where {
    return whereOfContainer(facts, this.#rules, { application: this.#application, workload: fallbackWorkload });
  }

  /** Resolves when what is gone has stopped; what is new has been begun. */
  async apply({ application, targets, containers }: Targets): Promise<void> {
    this.#rules = containers;
    this.#application = application;
    const wanted = new Map(targets.map((target) => [target.name, JSON.stringify([application, target])]));
    const gone = [...this.#running].filter(([name, { definition }]) => wanted.get(name) !== definition);
    await Promise.all(gone.map(([name]) => this.#stop(name)));
    for (const target of targets) {
      const definition = wanted.get(target.name);
      if (definition === undefined || this.#running.has(target.name)) continue;
      const stopping = new AbortController();
      const ended = this.#keep(target, application, stopping.signal);
      this.#running.set(target.name, { definition, stopping, ended, path: target.path });
    }
  }

  /**
   * Not ready while anything that somebody wanted watched is not: a log that is followed in a form that nobody reads, a
   * log that is not there, a process that is waited for. See decision 0315.
   */
  health(): Health {
    const [unreadable] = this.#unreadable.values();
    if (unreadable !== undefined) return { ready: false, reason: unreadable };
    const failing = [...this.#running].flatMap(([name, { path }]) => {
      const missing = path !== undefined && !existsSync(path) ? `${path} is not there` : undefined;
      const reason = this.#failing.get(name) ?? missing;
      return reason === undefined ? [] : [`target ${name}: ${reason}`];
    });
    if (failing.length === 0) return { ready: true };
    return { ready: false, reason: failing.join('; ').slice(0, 1_024) };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)));
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    this.#lastUs.delete(name);
    this.#unreadable.delete(name);
    this.#failing.delete(name);
    running?.stopping.abort();
    await running?.ended;
    this.#options.onChange?.(name, 'stopped', '');
  }

  /** Runs the target again and again until it is stopped. */
  async #keep(target: Target, application: string, signal: AbortSignal): Promise<void> {
    const where = {
      application: target.application ?? application,
      workload: target.workload,
      container: target.container ?? target.name,
    };
    const { retryMs = 5_000, onChange } = this.#options;
    let over = false;
    const started = (): void => {
      over = false;
      onChange?.(target.name, 'started', '');
    };
    do {
      let detail = 'ended';
      const running = setTimeout(() => this.#failing.delete(target.name), retryMs);
      try {
        if (target.attach === undefined) started();
        if (target.path !== undefined) await this.#follow(target, target.path, where, signal);
        else if (target.run !== undefined) await this.#run(target, target.run, where, signal);
        else await this.#trace(target, where, started, signal);
        over = true;
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown failure';
        detail = over ? `ended; ${reason}` : reason;
      }
      clearTimeout(running);
      this.#options.arrivals.left(target.name);
      if (!signal.aborted) this.#failing.set(target.name, detail);
      if (!signal.aborted) onChange?.(target.name, over ? 'ended' : 'waiting', detail);
    } while (await pause(retryMs, signal));
  }

  #follow(target: Target, path: string, where: Where, signal: AbortSignal): Promise<void> {
    const { outbox, arrivals, checkpoints, privacy, digestKey, onChange } = this.#options;
    return followLog(
      { ...where, kind: target.kind, path, stream: target.name },
      {
        outbox,
        arrivals,
        checkpoints,
        privacy,
        signal,
        whereOf: (facts) => this.whereOf(facts, target.workload),
        onWaiting: (reason) => onChange?.(target.name, 'waiting', reason),
        onCounts: (counts, unreadable) => {
          if (unreadable === undefined) this.#unreadable.delete(target.name);
          else this.#unreadable.set(target.name, unreadable);
          this.#options.onCounts?.(target.name, counts);
        },
        ...(digestKey !== undefined && { digestKey }),
        ...(target.fromStart !== undefined && { fromStart: target.fromStart }),
      },
    );
  }

  async #run(
    { name, kind, workload }: Target,
    command: readonly string[],
    where: Where,
    signal: AbortSignal,
  ): Promise<void> {
    const context = this.#context(name, where);
    const { arrivals } = this.#options;
    arrivals.concerns(name, where);
    const whereOf = arrivals.noting(name, (facts: ContainerFacts): Where => this.whereOf(facts, workload));
    const pipeline = new CollectorPipeline(where, context.stream, { whereOf });
    await this.#publish(name, pipeline, runSource(kind, command, context, signal), signal);
  }

  async #trace(
    { attach: what, name, calls }: Target,
    where: Where,
    started: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (!what) throw new PlimsollError('bad-configuration', `${name}: nothing to attach to`);
    const { attach = traceLive } = this.#options;
    const context = this.#context(name, where);
    const settings: StraceSettings = calls === undefined ? {} : { calls: calls === 'data' ? CARRYING_CALLS : calls };
    const trace = await attach(what, context, signal, settings);
    started();
    this.#options.arrivals.concerns(name, where);
    this.#options.arrivals.noticing(name, () => trace.notice);
    await this.#publish(name, new CollectorPipeline(where, context.stream), trace.items, signal);
  }

  /** A stream of its own for each time that the target begins. */
  #context(name: string, where: Where): SourceContext {
    const { privacy, digestKey, run } = this.#options;
    const stream = `${name}@${run}.${this.#attached++}`;
    return { ...where, stream, privacy, ...(digestKey !== undefined && { digestKey }) };
  }

  async #publish(
    name: string,
    pipeline: CollectorPipeline,
    items: AsyncIterable<SourceItem>,
    signal: AbortSignal,
  ): Promise<void> {
    const { outbox, arrivals } = this.#options;
    const published = new TracePublication(pipeline, outbox, signal);
    this.#lastUs.set(name, await published.run(arriving(name, items, arrivals), this.#lastUs.get(name)));
  }
}

async function* arriving(
  name: string,
  items: AsyncIterable<SourceItem>,
  arrivals: Arrivals,
): AsyncGenerator<SourceItem> {
  for await (const item of items) yield* arrivals.take(name, [item]);
}

/** Publishes one attached trace: calls as they come; every half second what is pending, or the time to the silent. */
class TracePublication {
  #turn: Promise<unknown> = Promise.resolve();
  /** What pending messages failed on while nobody waited for them. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly pipeline: CollectorPipeline,
    private readonly outbox: Acceptor,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves with the time of the newest call. `sinceUs`: when an earlier trace of the same target ended. */
  async run(items: AsyncIterable<SourceItem>, sinceUs: number | undefined): Promise<number> {
    const flush = setInterval(() => {
      const nowUs = Date.now() * 1_000;
      this.#put(() => [...this.pipeline.flush(), ...this.pipeline.idle(nowUs)]).catch((error: unknown) => {
        this.#failure ??= { error };
      });
    }, FLUSH_MS);
    let unseenSinceUs = sinceUs;
    let lastUs = sinceUs ?? 0;
    try {
      for await (const item of items) {
        await this.#put(() => this.pipeline.push(item));
        if (this.#failure !== undefined) throw this.#failure.error;
        if (item.type !== 'calls') continue;
        lastUs = Math.max(lastUs, item.calls.timesUs.at(-1) ?? 0);
        if (unseenSinceUs === undefined) continue;
        const endUs = Math.max(item.calls.timesUs[0] ?? 0, unseenSinceUs + 1);
        const gap: Gap = { startUs: unseenSinceUs, endUs, cause: 'source-restart' };
        unseenSinceUs = undefined;
        await this.#put(() => this.pipeline.push({ type: 'gap', gap }));
      }
    } finally {
      clearInterval(flush);
      await this.#turn;
    }
    return lastUs;
  }

  /** The trace's own queue is bounded and counts what it drops: waiting here slows no program. */
  #put(messages: () => readonly CollectorMessage[]): Promise<void> {
    const next = this.#turn.then(() => untilSafe(this.outbox, messages().map(messageRecord), this.signal));
    // A failure is the caller's to see; the next in turn goes on.
    this.#turn = next.catch(() => undefined);
    return next;
  }
}

interface RunningTarget {
  readonly definition: string;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
  /** Of the log that it follows. */
  readonly path: string | undefined;
}
