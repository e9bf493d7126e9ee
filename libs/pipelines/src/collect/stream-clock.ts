import { timeAfter, type Progress, type SyscallBatch, type TimeUs, type Watching } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { messageTimeUs, type CollectorMessage } from './collector-pipeline.js';
import { progressRecords } from './progress-records.js';

/** A container that was silent for so long is told the time, as the collector tells live ones: its window closes. */
const SILENT_US = 30_000_000;
/** Progress is worth saying again when it is so far from what was said. */
const WORTH_SAYING_US = 10_000_000;
/** Containers whose silence is watched; beyond it the one that spoke longest ago waits for its next call. */
const MAX_CONTAINERS = 4_096;

/** What a replay says of time: how far its messages have come, and that containers are silent. */
export class StreamClock {
  /** By container and stream, the one that spoke longest ago first. */
  readonly #speaking = new Map<string, SyscallBatch>();
  readonly #applications = new Set<string>();
  #saidUs = Number.NEGATIVE_INFINITY;
  #lastUs: TimeUs | undefined;

  constructor(
    private readonly source: string,
    private readonly partitions: Progress['partitions'],
  ) {}

  /**
   * What has to be said before `chunk` is published. Messages come in the order of time but for a clock that jumped, so
   * all before the earliest of them has been published; where that is before what was said last, time goes back.
   */
  before(chunk: readonly CollectorMessage[]): OutgoingRecord[] {
    const known = this.#applications.size;
    for (const message of chunk) this.#applications.add(applicationOf(message));
    const times = chunk.map(messageTimeUs);
    const timeUs = times.reduce((least, each) => Math.min(least, each), Infinity);
    this.#lastUs = times.at(-1);
    const worthSaying = Math.abs(timeUs - this.#saidUs) >= WORTH_SAYING_US || this.#applications.size > known;
    return worthSaying ? this.at(timeUs) : [];
  }

  /** Everything of `application` before `timeUs` has been published, and `watching` has its workloads under watch. */
  watched(application: string, timeUs: TimeUs, watching: Watching): OutgoingRecord[] {
    this.#applications.add(application);
    this.#saidUs = timeUs;
    const { source, partitions } = this;
    return progressRecords({ type: 'progress', schema: 1, application, source, timeUs, watching, partitions });
  }

  /** Nothing more comes. */
  end(): OutgoingRecord[] {
    return this.#lastUs === undefined ? [] : this.at(this.#lastUs, true);
  }

  /** Everything before `timeUs` has been published. */
  at(timeUs: TimeUs, end = false): OutgoingRecord[] {
    this.#saidUs = timeUs;
    return [...this.#applications].flatMap((application) =>
      progressRecords({
        type: 'progress',
        schema: 1,
        application,
        source: this.source,
        timeUs,
        partitions: this.partitions,
        ...(end && { end }),
      }),
    );
  }

  /** The messages, and before each the time for the containers that were silent until then. */
  withSilence(chunk: readonly CollectorMessage[]): CollectorMessage[] {
    return chunk.flatMap((message) => [...this.#silent(messageTimeUs(message)), ...this.#noted(message)]);
  }

  #noted(message: CollectorMessage): CollectorMessage[] {
    if (message.topic === 'logs') return [message];
    const { batch } = message;
    const key = JSON.stringify([batch.stream, batch.container]);
    this.#speaking.delete(key);
    if (!batch.last) this.#speaking.set(key, batch);
    if (this.#speaking.size > MAX_CONTAINERS) this.#speaking.delete(this.#speaking.keys().next().value!);
    return [message];
  }

  #silent(nowUs: TimeUs): CollectorMessage[] {
    const told: CollectorMessage[] = [];
    for (const [key, batch] of this.#speaking) {
      const silentUs = nowUs - endOf(batch);
      // They stand in the order of time: those behind spoke later. A clock that jumped is passed over.
      if (silentUs < SILENT_US && silentUs >= 0) break;
      if (silentUs < 0) continue;
      this.#speaking.delete(key);
      told.push({ topic: 'syscalls', batch: timeAfter(batch, nowUs) });
    }
    return told;
  }
}

function endOf({ baseTimeUs, offsetsUs }: SyscallBatch): TimeUs {
  return baseTimeUs + (offsetsUs.at(-1) ?? 0);
}

function applicationOf(message: CollectorMessage): string {
  return message.topic === 'syscalls' ? message.batch.application : message.event.application;
}
