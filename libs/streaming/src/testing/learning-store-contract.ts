import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { LearningStore } from '../learning-store.js';

/** What every learning store promises. */
export function learningStoreContract(name: string, store: () => LearningStore): void {
  const part = (...bytes: number[]): Uint8Array => Uint8Array.of(...bytes);
  const plain = (parts: ReadonlyMap<string, Uint8Array>): Record<string, number[]> =>
    Object.fromEntries([...parts].sort().map(([key, bytes]) => [key, [...bytes]]));

  describe(`learning store contract: ${name}`, () => {
    it('gives back the parts of a learning, and nothing for another', async () => {
      const learning = randomUUID();
      const odd = 'learning\nshop/wéb\n{x}';
      await store().save(
        learning,
        new Map([
          ['place', part(1, 0, 255)],
          [odd, part()],
        ]),
        60_000,
      );
      expect(plain(await store().load(learning))).toEqual({ [odd]: [], place: [1, 0, 255] });
      expect((await store().load(randomUUID())).size).toBe(0);
    });

    it('writes parts in place of those of their names, beside the others', async () => {
      const learning = randomUUID();
      await store().save(
        learning,
        new Map([
          ['place', part(1)],
          ['a', part(2)],
        ]),
        60_000,
      );
      await store().save(
        learning,
        new Map([
          ['place', part(3)],
          ['b', part(4)],
        ]),
        60_000,
      );
      expect(plain(await store().load(learning))).toEqual({ a: [2], b: [4], place: [3] });
    });

    it('keeps large parts', async () => {
      const learning = randomUUID();
      await store().save(learning, new Map([['large', new Uint8Array(12_000_000).fill(7)]]), 60_000);
      expect((await store().load(learning)).get('large')?.[11_999_999]).toBe(7);
    });

    it('forgets what was removed, and what nobody took up within its life', async () => {
      const [removed, expired] = [randomUUID(), randomUUID()];
      await store().save(removed, new Map([['place', part(1)]]), 60_000);
      await store().remove(removed);
      expect((await store().load(removed)).size).toBe(0);
      await store().save(expired, new Map([['place', part(1)]]), 30);
      await expect.poll(async () => (await store().load(expired)).size, { timeout: 5_000 }).toBe(0);
      await store().save(expired, new Map([['b', part(2)]]), 60_000);
      expect(plain(await store().load(expired))).toEqual({ b: [2] });
    });
  });
}
