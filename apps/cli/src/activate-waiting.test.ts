import { encodeJson, sealProfile, type ProfileFile } from '@plimsoll/contracts';
import { MemoryProfileStore, type ProfilePointer, type ProfileSlot } from '@plimsoll/streaming';
import { expect, it } from 'vitest';

import { activateWaiting } from './activate-waiting.js';

it('activates what is in shadow of one application, in the name of whoever asked', async () => {
  const store = new MemoryProfileStore();
  const slots = [
    { application: 'shop', workload: 'web', detector: 'web' },
    { application: 'shop', workload: 'db', detector: 'web' },
    { application: 'bank', workload: 'web', detector: 'web' },
  ];
  for (const slot of slots) {
    const { version } = await put(store, slot, { kind: 'web/2', table: [], views: {} });
    await store.shadow(slot, version, 'the test');
  }
  const activated: ProfilePointer[] = [];
  const activate = (application: string): Promise<void> =>
    activateWaiting(store, application, 'ann', (pointer) => activated.push(pointer));
  await activate('shop');
  expect(activated.map(({ slot, active, shadow }) => [slot.workload, active?.length, shadow])).toEqual([
    ['db', 16, undefined],
    ['web', 16, undefined],
  ]);
  expect((await store.history(slots[0]!))[0]).toMatchObject({ by: 'ann' });
  expect((await store.pointer(slots[2]!)).active).toBeUndefined();
  await expect(activate('shop')).rejects.toThrow('2 profiles of it are as they are');
  await expect(activate('none')).rejects.toThrow('no profile of it is known');
});

it('activates none where one cannot be scored by, and says why', async () => {
  const store = new MemoryProfileStore();
  const sound = { application: 'shop', workload: 'api', detector: 'web' };
  const empty = { application: 'shop', workload: 'web', detector: 'web' };
  for (const [slot, model] of [
    [sound, { kind: 'web/2', table: [], views: {} }],
    [empty, {}],
  ] as const) {
    const { version } = await put(store, slot, model);
    await store.shadow(slot, version, 'the test');
  }
  await expect(activateWaiting(store, 'shop', 'ann', () => undefined)).rejects.toThrow(
    'not a profile of web requests: kind',
  );
  for (const slot of [sound, empty]) expect((await store.pointer(slot)).active).toBeUndefined();
});

async function put(store: MemoryProfileStore, slot: ProfileSlot, model: object): Promise<ProfileFile> {
  const learned = { streams: ['one'], events: 10_000, novelty: 0, complete: true, notes: [] };
  const profile = sealProfile({ ...slot, learned, model });
  await store.put(slot, profile.version, encodeJson(profile));
  return profile;
}
