import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

import { retimed, type Piece, type RetimedSource } from './retimed.js';
import type { Workload } from './workload.js';

/** Between two attempts to send a stream. */
const PAUSE_MS = 250;

/**
 * Sends sources to a collector at the pace of their own times, and again from their beginning where it fell. An
 * application's episodes follow each other: one that was held up does not overlap with the next.
 */
export class Feeder {
  /** Streams that were begun again. */
  resent = 0;
  private readonly startedMs = Date.now();

  constructor(
    private readonly workload: Pick<Workload, 'sources' | 'startMs'>,
    /** Where the collector answers now. */
    private readonly collector: () => string,
  ) {}

  /** Resolves when the collector has said of every stream that all of it is durable. */
  async run(): Promise<void> {
    const { sources } = this.workload;
    await Promise.all(groupsOf(sources, ({ where }) => where.application).map((own) => this.sendInTurn(own)));
  }

  private async sendInTurn(sources: readonly RetimedSource[]): Promise<void> {
    for (const episode of groupsOf(sources, ({ beginsMs }) => beginsMs)) {
      await Promise.all(episode.map((source) => this.send(source)));
    }
  }

  private async send(source: RetimedSource): Promise<void> {
    await this.until(source.beginsMs);
    const pieces = await retimed(source);
    for (;;) {
      await this.collectorAnswers();
      if (await this.attempt(source, pieces)) return;
      this.resent += 1;
      await wait(PAUSE_MS);
    }
  }

  private async collectorAnswers(): Promise<void> {
    for (;;) {
      const url = new URL('/health/live', this.collector());
      const up = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (up) return;
      await wait(PAUSE_MS);
    }
  }

  /** Whether all of it became durable. */
  private async attempt({ where, kind, stream }: RetimedSource, pieces: readonly Piece[]): Promise<boolean> {
    const url = new URL('/v1/replay', this.collector());
    for (const [name, value] of Object.entries({ ...where, kind, stream })) url.searchParams.set(name, value);
    const body = new PassThrough();
    const gone = new AbortController();
    const answer = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Readable.toWeb(body),
      duplex: 'half',
      signal: gone.signal,
    });
    const settled = answer.then(
      (response) => response.ok,
      () => false,
    );
    const ended = settled.finally(() => {
      gone.abort();
      body.destroy();
    });
    // A body whose request ended is closed from the other side.
    body.on('error', () => undefined);
    for (const { bytes, timeMs } of pieces) {
      await this.until(timeMs, gone.signal);
      if (gone.signal.aborted) return ended;
      if (!body.write(bytes)) await Promise.race([new Promise((resolve) => body.once('drain', resolve)), ended]);
    }
    body.end();
    return ended;
  }

  /** Waits until the clock on the wall has come as far as the recorded one. */
  private async until(timeMs: number, signal?: AbortSignal): Promise<void> {
    const leftMs = this.startedMs + (timeMs - this.workload.startMs) - Date.now();
    if (leftMs <= 0) return;
    await wait(leftMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** The items that have one key in common, in the order in which keys come. */
function groupsOf<T>(items: readonly T[], keyOf: (item: T) => unknown): T[][] {
  const groups = new Map<unknown, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
