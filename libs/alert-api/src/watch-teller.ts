import { randomUUID } from 'node:crypto';

import { Logger } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contracts';
import { MAX_TOLD_LOSSES, type WatchStore } from '@plimsoll/incidents';
import { watchRecord, watchSubjectId } from '@plimsoll/pipelines';
import {
  systemClock,
  type Clock,
  type EventLog,
  type ProfilePointer,
  type ProfileSlot,
  type ProfileStore,
} from '@plimsoll/streaming';

import { ActiveFaults } from './active-faults.js';
import type { PipelineWatch } from './pipeline-watch.js';

/** How often it is looked whether a watch was lost; with `SILENT_MS` it is told within a minute. */
const EVERY_MS = 5_000;
/** How long a replica is the one that tells, after it looked last. */
const LEAD_MS = 3 * EVERY_MS;

export interface WatchTellerParts {
  readonly watch: PipelineWatch;
  readonly store: WatchStore;
  readonly profiles: Pick<ProfileStore, 'pointers' | 'get'>;
  readonly log: Pick<EventLog, 'publish'>;
  readonly clock?: Pick<Clock, 'nowMs'>;
}

/**
 * Tells on `alerts` which workloads are heard no more, and which again, by the wall clock. Of several replicas one
 * tells; what was told lies in the store, so that a restart neither repeats nor forgets it. Where store or log is away
 * the next turn tells.
 */
export class WatchTeller {
  readonly #name = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> | undefined;
  readonly #log = new Logger('watch');
  readonly #profiles: ActiveFaults;

  constructor(private readonly parts: WatchTellerParts) {
    this.#profiles = new ActiveFaults(parts.clock);
  }

  open(): Promise<void> {
    this.#timer = setInterval(() => {
      // A turn that hangs is waited for: turns that queue up behind it would never end.
      this.#turn ??= this.#patiently().finally(() => {
        this.#turn = undefined;
      });
    }, EVERY_MS);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
  }

  /** One look: tells what changed since the last. Rejects where the store or the log is away. */
  async look(): Promise<void> {
    const { watch, store, profiles, log, clock = systemClock } = this.parts;
    const pointers = await profiles.pointers();
    watch.expect(activeSlots(pointers));
    watch.unusable(await this.#profiles.faults(profiles, pointers));
    if (!(await store.lead(this.#name, LEAD_MS))) return;
    const told = new Map((await store.told()).map((loss) => [loss.id, loss]));
    const atMs = clock.nowMs();
    const known = new Set([...told.values()].map(({ subject }) => workloadOf(subject)));
    for (const { subject, sinceMs } of watch.losses()) {
      const id = watchSubjectId(subject);
      if (told.has(id) || told.size >= MAX_TOLD_LOSSES) continue;
      // What was told source by source before a restart is not told again as a whole.
      if (subject.source === undefined && subject.level === undefined && known.has(workloadOf(subject))) continue;
      await log.publish([watchRecord({ subject, lost: true, sinceMs, atMs })]);
      await store.remember({ id, subject, sinceMs });
    }
    for (const { id, subject, sinceMs } of told.values()) {
      if (!watch.hears(subject)) continue;
      await log.publish([watchRecord({ subject, lost: false, sinceMs, atMs })]);
      await store.forget(id);
    }
  }

  async #patiently(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      // Readiness tells already that Kafka or Redis is away. Whatever else went wrong, the next turn looks again.
      if (!(error instanceof PlimsollError) || !error.retriable) this.#log.error({ err: error }, 'watch not told');
    }
  }
}

/** The slots that have an active profile. */
export function activeSlots(pointers: readonly ProfilePointer[]): ProfileSlot[] {
  return pointers.filter(({ active }) => active !== undefined).map(({ slot }) => slot);
}

function workloadOf({ application, workload }: { application: string; workload?: string | undefined }): string {
  return JSON.stringify([application, workload]);
}
