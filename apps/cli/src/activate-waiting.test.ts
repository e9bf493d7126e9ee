import { MemoryProfileStore, type ProfilePointer } from '@plimsoll/streaming';
import { expect, it } from 'vitest';

import { activateWaiting } from './activate-waiting.js';

it('activates what is in shadow of one application, in the name of whoever asked', async () => {
  const store = new MemoryProfileStore();
  const slots = [
    { application: 'shop', workload: 'web', detector: 'web' },
    { application: 'shop', workload: 'db', detector: 'sql' },
    { application: 'bank', workload: 'web', detector: 'web' },
  ];
  for (const slot of slots) {
    await store.put(slot, 'v1', Buffer.from('{}'));
    await store.shadow(slot, 'v1', 'the test');
  }
  const activated: ProfilePointer[] = [];
  const activate = (application: string): Promise<void> =>
    activateWaiting(store, application, 'ann', (pointer) => activated.push(pointer));
  await activate('shop');
  expect(activated.map(({ slot, active, shadow }) => [slot.workload, active, shadow])).toEqual([
    ['db', 'v1', undefined],
    ['web', 'v1', undefined],
  ]);
  expect((await store.history(slots[0]!))[0]).toMatchObject({ by: 'ann' });
  expect((await store.pointer(slots[2]!)).active).toBeUndefined();
  await expect(activate('shop')).rejects.toThrow('2 profiles of it are as they are');
  await expect(activate('none')).rejects.toThrow('no profile of it is known');
});
