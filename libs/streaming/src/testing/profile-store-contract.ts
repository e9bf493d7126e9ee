import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { ProfileSlot, ProfileStore } from '../profile-store.js';

/** What every profile store promises. */
export function profileStoreContract(name: string, store: () => ProfileStore): void {
  const newSlot = (): ProfileSlot => ({ application: `app-${randomUUID()}`, workload: 'web', detector: 'sequence' });
  const profile = Uint8Array.from({ length: 300 }, (_, i) => i % 256);

  describe(`profile store contract: ${name}`, () => {
    it('gives back the bytes of a version, and nothing for one it lacks', async () => {
      const slot = newSlot();
      await store().put(slot, 'v1', profile);
      expect([...((await store().get(slot, 'v1')) ?? [])]).toEqual([...profile]);
      expect(await store().get(slot, 'v2')).toBeUndefined();
      expect(await store().get({ ...slot, workload: 'db' }, 'v1')).toBeUndefined();
    });

    it('never changes a version', async () => {
      const slot = newSlot();
      await store().put(slot, 'v1', profile);
      await store().put(slot, 'v1', Uint8Array.of(1));
      expect((await store().get(slot, 'v1'))?.byteLength).toBe(300);
      await store().put(slot, 'v0', profile);
      expect(await store().versions(slot)).toEqual(['v1', 'v0']);
    });

    it('activates, shadows and rolls back, and keeps the history', async () => {
      const slot = newSlot();
      for (const version of ['v1', 'v2', 'v3']) await store().put(slot, version, profile);
      expect(await store().pointer(slot)).toEqual({ slot, active: undefined, shadow: undefined, revision: 0 });
      await store().activate(slot, 'v1', 'ann');
      await store().shadow(slot, 'v2', 'ann');
      await store().activate(slot, 'v2', 'bob');
      await store().shadow(slot, undefined, 'bob');
      expect(await store().rollback(slot, 'ann')).toEqual({ slot, active: 'v1', shadow: undefined, revision: 5 });
      await expect(store().rollback(slot, 'ann')).rejects.toMatchObject({ code: 'bad-profile' });
      const history = await store().history(slot);
      expect(history.map(({ action, active, by }) => [action, active, by])).toEqual([
        ['rollback', 'v1', 'ann'],
        ['unshadow', 'v2', 'bob'],
        ['activate', 'v2', 'bob'],
        ['shadow', 'v1', 'ann'],
        ['activate', 'v1', 'ann'],
      ]);
      expect(await store().pointers()).toContainEqual({ slot, active: 'v1', shadow: undefined, revision: 5 });
    });

    it('ends the shadow of a version that becomes active', async () => {
      const slot = newSlot();
      for (const version of ['v1', 'v2', 'v3']) await store().put(slot, version, profile);
      await store().activate(slot, 'v1', 'ann');
      await store().shadow(slot, 'v2', 'ann');
      expect((await store().activate(slot, 'v3', 'ann')).shadow).toBe('v2');
      expect((await store().activate(slot, 'v2', 'ann')).shadow).toBeUndefined();
      expect((await store().pointer(slot)).shadow).toBeUndefined();
    });

    it('keeps the latest report of a slot', async () => {
      const slot = newSlot();
      expect(await store().report(slot)).toBeUndefined();
      await store().putReport(slot, profile);
      await store().putReport(slot, Uint8Array.of(1, 2));
      expect([...((await store().report(slot)) ?? [])]).toEqual([1, 2]);
      expect(await store().report({ ...slot, detector: 'frequency' })).toBeUndefined();
    });

    it('keeps how learning goes, the latest of each slot', async () => {
      const slot = newSlot();
      const own = async (): Promise<string[]> =>
        (await store().learning())
          .map((course) => new TextDecoder().decode(course))
          .filter((text) => text.includes(slot.application));
      const tell = (detector: string, text: string): Promise<void> =>
        store().putLearning({ ...slot, detector }, new TextEncoder().encode(`${slot.application} ${text}`));
      expect(await own()).toEqual([]);
      await tell('sequence', 'begun');
      await tell('frequency', 'begun');
      await tell('sequence', 'further');
      expect(await own()).toEqual([`${slot.application} begun`, `${slot.application} further`]);
    });

    it('refuses a version that was never put', async () => {
      const slot = newSlot();
      await expect(store().activate(slot, 'v9', 'ann')).rejects.toMatchObject({ code: 'bad-profile' });
      await expect(store().shadow(slot, 'v9', 'ann')).rejects.toMatchObject({ code: 'bad-profile' });
      expect((await store().pointer(slot)).revision).toBe(0);
    });

    it('tells watchers of a change until they end', async () => {
      const slot = newSlot();
      await store().put(slot, 'v1', profile);
      let told = 0;
      const end = await store().watch(() => {
        told += 1;
      });
      await store().activate(slot, 'v1', 'ann');
      await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(0);
      await end();
      const before = told;
      await store().shadow(slot, 'v1', 'ann');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(told).toBe(before);
    });
  });
}
