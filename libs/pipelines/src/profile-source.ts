import { openProfile, PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import type { ProfilePointer, ProfileSlot, ProfileStore } from '@plimsoll/streaming';

/** Which version of a workload's profile judges now. */
export interface ActiveProfile {
  readonly application: string;
  readonly workload: string;
  readonly version: string;
}

/** Where a detector finds the profiles in force: a folder, memory, or Redis. */
export interface ProfileSource {
  /** The active profiles of a detector, as last heard of; cheap, asked before every step. */
  active(detector: string): readonly ActiveProfile[];
  /** A version's content. Throws `unavailable` where it cannot be had now, `bad-profile` where it is not what it says. */
  load(slot: ProfileSlot, version: string): Promise<ProfileFile>;
}

/** Profiles given once, all of them active: the offline runs. */
export function fixedProfiles(profiles: readonly ProfileFile[]): ProfileSource {
  const byVersion = new Map(profiles.map((profile) => [profile.version, profile]));
  return {
    active: (detector) => profiles.filter((profile) => profile.detector === detector),
    load: (slot, version) => Promise.resolve(known(byVersion.get(version), slot, version)),
  };
}

/** A source that follows a store. */
export interface StoredProfiles extends ProfileSource {
  /** Begins to follow. Throws `unavailable` where the store does not answer, and may then be called again. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The profiles that a store says are active, followed as they change from `open` until `close`; none before. */
export function storedProfiles(store: ProfileStore): StoredProfiles {
  let pointers: readonly ProfilePointer[] = [];
  let unwatch: (() => Promise<void>) | undefined;
  return {
    async open() {
      pointers = await store.pointers();
      unwatch ??= await store.watch(() => {
        // A refresh that fails leaves what was known in force; the watch tells again when the store is back.
        store.pointers().then(
          (fresh) => (pointers = fresh),
          () => undefined,
        );
      });
    },
    close: async () => unwatch?.(),
    active: (detector) =>
      pointers.flatMap(({ slot, active }) =>
        slot.detector === detector && active !== undefined ? [{ ...slot, version: active }] : [],
      ),
    async load(slot, version) {
      const bytes = known(await store.get(slot, version), slot, version);
      return openProfile(JSON.parse(Buffer.from(bytes).toString('utf8')));
    },
  };
}

function known<T>(profile: T | undefined, { application, workload, detector }: ProfileSlot, version: string): T {
  if (profile !== undefined) return profile;
  throw new PlimsollError('bad-profile', `${application}/${workload}/${detector} has no version ${version}`);
}
