import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { WatchStore } from '../watch-store.js';

/** What every store of the watch promises. `store` gives a new, empty one each time. */
export function watchStoreContract(name: string, store: () => WatchStore | Promise<WatchStore>): void {
  describe(`watch store contract: ${name}`, () => {
    it('lets one lead at a time, until its time is over', async () => {
      const one = await store();
      expect(await one.lead('a', 60_000)).toBe(true);
      expect(await one.lead('b', 60_000)).toBe(false);
      expect(await one.lead('a', 20)).toBe(true);
      await wait(40);
      expect(await one.lead('b', 60_000)).toBe(true);
      expect(await one.lead('a', 60_000)).toBe(false);
    });

    it('remembers what was told until it is over', async () => {
      const one = await store();
      const loss = { id: 'x', subject: { application: 'shop', workload: 'web', source: 'trace' }, sinceMs: 7 };
      const never = { id: 'y', subject: { application: 'shop', workload: 'db' } };
      await one.remember(loss);
      await one.remember(loss);
      await one.remember(never);
      expect([...(await one.told())].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([loss, never]);
      await one.forget('x');
      await one.forget('x');
      expect(await one.told()).toEqual([never]);
    });
  });
}
