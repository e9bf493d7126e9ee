import type { ProfileFile } from '@plimsoll/contracts';

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
  load(version: string): Promise<ProfileFile>;
}

/** Profiles given once, all of them active: the offline runs. */
export function fixedProfiles(profiles: readonly ProfileFile[]): ProfileSource {
  const byVersion = new Map(profiles.map((profile) => [profile.version, profile]));
  return {
    active: (detector) => profiles.filter((profile) => profile.detector === detector),
    load: (version) => Promise.resolve(byVersion.get(version)!),
  };
}
