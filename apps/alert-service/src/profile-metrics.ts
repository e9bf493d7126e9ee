import { readProfile, type ProfileReport } from '@plimsoll/contracts';
import { profileReport } from '@plimsoll/pipelines';
import type { ProfileChange, ProfilePointer, ProfileSlot, ProfileStore } from '@plimsoll/streaming';
import { Gauge, type Registry } from 'prom-client';

const SLOT = ['application', 'workload', 'detector'] as const;

interface Known {
  readonly slot: ProfileSlot;
  readonly version: string;
  readonly novelty: number;
  readonly activatedMs: number | undefined;
  readonly fit: ProfileReport['state'];
}

/**
 * Of each active profile: since when it is active, the novelty at which its learning ended, and how it fits what is seen
 * live. A scrape is given what the store said last and has it asked anew, so that a store that is away delays no scrape.
 * A profile's file is read once for each version.
 */
export class ProfileMetrics {
  readonly #activated: Gauge<(typeof SLOT)[number]>;
  readonly #novelty: Gauge<(typeof SLOT)[number]>;
  readonly #fit: Gauge<(typeof SLOT)[number] | 'state'>;
  #known: readonly Known[] = [];
  #asking: Promise<void> | undefined;

  constructor(
    registry: Registry,
    private readonly profiles: Pick<ProfileStore, 'pointers' | 'history' | 'get' | 'report'>,
  ) {
    const gauge = <Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[],
      collect?: () => void,
    ): Gauge<Label> =>
      new Gauge({
        name: `plimsoll_profile_${name}`,
        help,
        labelNames,
        registers: [registry],
        ...(collect === undefined ? {} : { collect }),
      });
    // The first of them is collected first, and sets them all.
    this.#activated = gauge('activated_timestamp_seconds', 'Since when the active profile is active', SLOT, () => {
      this.#tell();
      void this.refresh();
    });
    this.#novelty = gauge(
      'novelty_ratio',
      'Probability that the next benign window held something never seen, when learning ended',
      SLOT,
    );
    this.#fit = gauge('fit', '1 for how the active profile fits what is seen live', [...SLOT, 'state']);
  }

  /** Asks the store, unless it is being asked; what is known stays where it does not answer. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask()
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const pointers = await this.profiles.pointers();
    const known: Known[] = [];
    for (const pointer of pointers) {
      const one = await this.#of(pointer);
      if (one !== undefined) known.push(one);
    }
    this.#known = known;
  }

  async #of({ slot, active: version }: ProfilePointer): Promise<Known | undefined> {
    if (version === undefined) return undefined;
    const novelty = this.#noveltyKnown(slot, version) ?? (await this.#noveltyOf(slot, version));
    if (novelty === undefined) return undefined;
    const report = await profileReport(this.profiles, slot);
    // A report of an earlier version says nothing of this one.
    const fit = report?.version === version ? report.state : 'unknown';
    return { slot, version, novelty, activatedMs: activatedMs(await this.profiles.history(slot), version), fit };
  }

  #noveltyKnown(slot: ProfileSlot, version: string): number | undefined {
    return this.#known.find((one) => one.version === version && SLOT.every((name) => one.slot[name] === slot[name]))
      ?.novelty;
  }

  async #noveltyOf(slot: ProfileSlot, version: string): Promise<number | undefined> {
    const bytes = await this.profiles.get(slot, version);
    if (bytes === undefined) return undefined;
    try {
      return readProfile(bytes).learned.novelty;
    } catch {
      // A file that was damaged is told by `plimsoll doctor`; the other profiles have their figures all the same.
      return undefined;
    }
  }

  #tell(): void {
    for (const gauge of [this.#activated, this.#novelty, this.#fit]) gauge.reset();
    for (const { slot, novelty, activatedMs, fit } of this.#known) {
      const labels = { application: slot.application, workload: slot.workload, detector: slot.detector };
      if (activatedMs !== undefined) this.#activated.set(labels, activatedMs / 1_000);
      this.#novelty.set(labels, novelty);
      this.#fit.set({ ...labels, state: fit }, 1);
    }
  }
}

/** When the version became the active one, for the last time; `history` has the latest change first. */
function activatedMs(history: readonly ProfileChange[], version: string): number | undefined {
  const since = history.findIndex(({ active }) => active !== version);
  return (since < 0 ? history : history.slice(0, since)).at(-1)?.atMs;
}
