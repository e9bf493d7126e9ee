import { PlimsollError, readProfile, type ProfileFile } from '@plimsoll/contracts';
import { CALL_DETECTORS, EVENT_DETECTORS, type Budget, type Detector } from '@plimsoll/detection';
import type { ProfileSlot, ProfileStore } from '@plimsoll/streaming';

const DETECTORS = [...CALL_DETECTORS, ...EVENT_DETECTORS];
/** Of no matter for whether a model can be read. */
const ANY_BUDGET: Budget = { falseAlertsPerDay: 1 };

/** The model of `profile`, ready to score with. Throws `bad-profile`, with the reason, for whatever it stumbles over. */
export function preparedModel<Model>(
  detector: Pick<Detector<never, never, Model>, 'name' | 'prepare'>,
  profile: ProfileFile,
  budget: Budget,
): Model {
  try {
    return detector.prepare(profile, budget);
  } catch (cause) {
    if (cause instanceof PlimsollError && cause.code === 'bad-profile') throw cause;
    const message = `profile ${profile.version} cannot be made ready for the detector ${detector.name}`;
    throw new PlimsollError('bad-profile', message, { cause });
  }
}

/**
 * Makes the profile ready as its detector would, and forgets it: milliseconds for most, up to seconds for the largest.
 * Throws `bad-profile`, with the reason, where no detector of this release can score by it.
 */
export function checkProfile(profile: ProfileFile): ProfileFile {
  const row = DETECTORS.find(({ name }) => name === profile.detector);
  if (row === undefined) {
    throw new PlimsollError('bad-profile', `this release has no detector '${profile.detector}'`);
  }
  row.use((detector) => preparedModel(detector, profile, ANY_BUDGET));
  return profile;
}

/** The profile of `slot` in a store's bytes. Throws `bad-profile` where they are another's, or as `readProfile` does. */
export function profileOf(slot: ProfileSlot, version: string, bytes: Uint8Array): ProfileFile {
  const profile = readProfile(bytes);
  const { application, workload, detector } = profile;
  if (profile.version === version && slotText(profile) === slotText(slot)) return profile;
  const name = `${application}/${workload}/${detector} ${profile.version}`;
  throw new PlimsollError('bad-profile', `what is kept as version ${version} is the profile ${name}`);
}

/** A version in the store; undefined where it was never put. Throws `bad-profile` where it cannot be scored by. */
export async function checkStored(
  store: Pick<ProfileStore, 'get'>,
  slot: ProfileSlot,
  version: string,
): Promise<ProfileFile | undefined> {
  const bytes = await store.get(slot, version);
  return bytes === undefined ? undefined : checkProfile(profileOf(slot, version, bytes));
}

function slotText({ application, workload, detector }: ProfileSlot): string {
  return JSON.stringify([application, workload, detector]);
}
