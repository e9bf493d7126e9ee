import { PlimsollError } from '@plimsoll/contracts';
import { checkStored, type ProfileFault } from '@plimsoll/pipelines';
import { systemClock, type Clock, type ProfilePointer, type ProfileSlot, type ProfileStore } from '@plimsoll/streaming';

/** How long a version that could not be used is taken for one: it may have been pushed anew. */
const AGAIN_MS = 60_000;

interface Looked {
  readonly reason: string | undefined;
  readonly atMs: number;
}

/** Which active profiles no detector of this release can score by, and why. A version that can be used is read once. */
export class ActiveFaults {
  #looked = new Map<string, Looked>();

  constructor(private readonly clock: Pick<Clock, 'nowMs'> = systemClock) {}

  /** Throws `unavailable` where the store is away; what was looked at before is kept. */
  async faults(
    store: Pick<ProfileStore, 'get'>,
    pointers: readonly ProfilePointer[],
  ): Promise<readonly ProfileFault[]> {
    const looked = new Map<string, Looked>();
    const faults: ProfileFault[] = [];
    for (const { slot, active: version } of pointers) {
      if (version === undefined) continue;
      const key = JSON.stringify([slot.application, slot.workload, slot.detector, version]);
      const known = this.#looked.get(key);
      const one = known !== undefined && this.#holds(known) ? known : await this.#look(store, slot, version);
      // Kept at once: where the store goes away half-way, the next look goes on from here.
      this.#looked.set(key, one);
      looked.set(key, one);
      if (one.reason !== undefined) faults.push({ slot, version, reason: one.reason });
    }
    this.#looked = looked;
    return faults;
  }

  #holds({ reason, atMs }: Looked): boolean {
    return reason === undefined || this.clock.nowMs() - atMs < AGAIN_MS;
  }

  async #look(store: Pick<ProfileStore, 'get'>, slot: ProfileSlot, version: string): Promise<Looked> {
    const atMs = this.clock.nowMs();
    try {
      const gone = (await checkStored(store, slot, version)) === undefined;
      return { atMs, reason: gone ? `the store has no version ${version}` : undefined };
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'bad-profile') throw error;
      return { atMs, reason: error.message };
    }
  }
}
