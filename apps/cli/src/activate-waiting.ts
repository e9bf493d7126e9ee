import { PlimsollError } from '@plimsoll/contracts';
import { checkStored } from '@plimsoll/pipelines';
import type { ProfilePointer, ProfileStore } from '@plimsoll/streaming';

/** Activates every version of the application that is in shadow, and tells each as it is done. Throws `bad-profile` where none is, or one cannot be scored by. */
export async function activateWaiting(
  store: Pick<ProfileStore, 'pointers' | 'get' | 'activate'>,
  application: string,
  by: string,
  onActivated: (pointer: ProfilePointer) => void,
): Promise<void> {
  const pointers = (await store.pointers()).filter(({ slot }) => slot.application === application);
  const waiting = pointers.flatMap(({ slot, shadow }) => (shadow === undefined ? [] : [{ slot, version: shadow }]));
  if (waiting.length === 0) {
    const known =
      pointers.length === 0 ? 'no profile of it is known' : `${pointers.length} profiles of it are as they are`;
    throw new PlimsollError(
      'bad-profile',
      `no version of ${application} waits in shadow (${known}): bring one with plimsoll learn … --push shadow`,
    );
  }
  for (const { slot, version } of waiting) await checkStored(store, slot, version);
  for (const { slot, version } of waiting) onActivated(await store.activate(slot, version, by));
}
