import { PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import type { ProfilePointer, ProfileSlot, ProfileStore } from '@plimsoll/streaming';

import { profileOf } from './profile-check.js';

/** A version of a workload's profile that scores now. */
export interface ProfileInForce {
  readonly application: string;
  readonly workload: string;
  readonly version: string;
  /** Beside the active one, for comparison alone. */
  readonly shadow: boolean;
}

/** Where a detector finds the active profiles: a folder, memory, or Redis. */
export interface ProfileSource {
  /** The profiles of a detector that score, as last heard of; cheap, asked before every step. */
  inForce(detector: string): readonly ProfileInForce[];
  /** A version's content. Throws `unavailable` where it cannot be had now, `bad-profile` where it is not what it says. */
  load(slot: ProfileSlot, version: string): Promise<ProfileFile>;
  /** Takes why a version in force cannot be scored by; undefined where it can, after all. */
  judged?(slot: ProfileSlot, version: string, fault: string | undefined): void;
}

/** A version in force that cannot be scored by: its workload is not judged by that detector. */
export interface ProfileFault {
  readonly slot: ProfileSlot;
  readonly version: string;
  readonly reason: string;
}

/** Profiles given once, all of them active: the offline runs. */
export function fixedProfiles(profiles: readonly ProfileFile[]): ProfileSource {
  const byVersion = new Map(profiles.map((profile) => [profile.version, profile]));
  return {
    inForce: (detector) =>
      profiles.filter((profile) => profile.detector === detector).map((profile) => ({ ...profile, shadow: false })),
    load: (slot, version) => Promise.resolve(known(byVersion.get(version), slot, version)),
  };
}

/** A source that follows a store. */
export interface StoredProfiles extends ProfileSource {
  /** Begins to follow. Throws `unavailable` where the store does not answer, and may then be called again. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Versions in force that detectors found they cannot score by. */
  faults(): readonly ProfileFault[];
}

/**
 * The profiles that a store says are active, followed as they change from `open` until `close`; none before. `tell` is
 * given each version that cannot be scored by, once for as long as it is in force.
 */
export function storedProfiles(
  store: ProfileStore,
  tell: (fault: ProfileFault) => void = () => undefined,
): StoredProfiles {
  let pointers: readonly ProfilePointer[] = [];
  const faults = new Map<string, ProfileFault>();
  const inForce = ({ slot, version }: ProfileFault): boolean =>
    pointers.some(
      (one) => faultKey(one.slot, version) === faultKey(slot, version) && [one.active, one.shadow].includes(version),
    );
  let unwatch: (() => Promise<void>) | undefined;
  return {
    async open() {
      pointers = await store.pointers();
      unwatch ??= await store.watch(() => {
        // A refresh that fails leaves what was known in use; the watch tells again when the store is back.
        store.pointers().then(
          (fresh) => (pointers = fresh),
          () => undefined,
        );
      });
    },
    close: async () => unwatch?.(),
    faults: () => [...faults.values()].filter(inForce),
    judged(slot, version, reason) {
      for (const [key, fault] of faults) if (!inForce(fault)) faults.delete(key);
      const key = faultKey(slot, version);
      if (reason === undefined) {
        faults.delete(key);
        return;
      }
      const fault = { slot, version, reason };
      if (!faults.has(key)) tell(fault);
      faults.set(key, fault);
    },
    inForce: (detector) =>
      pointers.flatMap(({ slot, active, shadow }) =>
        slot.detector !== detector
          ? []
          : [
              ...(active === undefined ? [] : [{ ...slot, version: active, shadow: false }]),
              ...(shadow === undefined ? [] : [{ ...slot, version: shadow, shadow: true }]),
            ],
      ),
    async load(slot, version) {
      const bytes = known(await store.get(slot, version), slot, version);
      return profileOf(slot, version, bytes);
    },
  };
}

function faultKey({ application, workload, detector }: ProfileSlot, version: string): string {
  return JSON.stringify([application, workload, detector, version]);
}

function known<T>(profile: T | undefined, { application, workload, detector }: ProfileSlot, version: string): T {
  if (profile !== undefined) return profile;
  throw new PlimsollError('bad-profile', `${application}/${workload}/${detector} has no version ${version}`);
}
