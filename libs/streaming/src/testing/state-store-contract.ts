import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { StateStore, TaskCommit, TaskId } from '../state-store.js';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const plain = (state: Uint8Array | undefined): string | undefined =>
  state === undefined ? undefined : Buffer.from(state).toString('utf8');

const TTL_MS = 60_000;

function step(
  previousOffset: number | undefined,
  nextOffset: number,
  put: Record<string, string> = {},
  ttlMs = TTL_MS,
): TaskCommit {
  const states = new Map(Object.entries(put).map(([key, text]) => [key, { bytes: bytes(text), ttlMs }]));
  return { previousOffset, nextOffset, settings: '', put: states, remove: [] };
}

/**
 * What every state store promises. `store` is asked for in each test; tasks have groups of their own, so one server
 * serves all of them.
 */
export function stateStoreContract(name: string, store: () => StateStore): void {
  const newTask = (partition = 0): TaskId => ({ group: `group-${randomUUID()}`, topic: 'in', partition });

  describe(`state store contract: ${name}`, () => {
    it('opens a new task without a checkpoint', async () => {
      const task = newTask();
      const lease = await store().open(task);
      expect(lease).toMatchObject({ task, nextOffset: undefined, settings: '' });
      expect(lease.epoch).toBeGreaterThan(0);
    });

    it('gives back states and checkpoint together', async () => {
      const task = newTask();
      const lease = await store().open(task);
      await store().commit(lease, { ...step(undefined, 7, { a: 'one', b: 'two' }), settings: 'v1' });
      const next = await store().open(task);
      expect(next).toMatchObject({ nextOffset: 7, settings: 'v1' });
      expect((await store().load(next, ['b', 'none', 'a'], 7)).map(plain)).toEqual(['two', undefined, 'one']);
    });

    it('keeps any bytes and any key', async () => {
      const lease = await store().open(newTask());
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const keys = ['', ' ', '{brace}', 'größe', 'a\u0000b', '*', 'x'.repeat(1_000)];
      const put = new Map(keys.map((key) => [key, { bytes: every, ttlMs: TTL_MS }]));
      await store().commit(lease, { ...step(undefined, 1), put });
      for (const state of await store().load(lease, keys, 1)) expect([...(state ?? [])]).toEqual([...every]);
    });

    it('keeps offsets exact up to 2^53', async () => {
      const task = newTask();
      const lease = await store().open(task);
      await store().commit(lease, step(undefined, Number.MAX_SAFE_INTEGER));
      expect((await store().open(task)).nextOffset).toBe(Number.MAX_SAFE_INTEGER);
    });

    it('removes and replaces states', async () => {
      const lease = await store().open(newTask());
      await store().commit(lease, step(undefined, 1, { a: 'one', b: 'two' }));
      await store().commit(lease, { ...step(1, 2, { b: 'three' }), remove: ['a', 'never'] });
      expect((await store().load(lease, ['a', 'b'], 2)).map(plain)).toEqual([undefined, 'three']);
    });

    it('keeps tasks apart', async () => {
      const task = newTask(0);
      const other = { ...task, partition: 1 };
      const lease = await store().open(task);
      const otherLease = await store().open(other);
      await store().commit(lease, step(undefined, 5, { a: 'mine' }));
      expect((await store().load(otherLease, ['a'], undefined)).map(plain)).toEqual([undefined]);
      expect((await store().open(other)).nextOffset).toBeUndefined();
    });

    it('refuses a zombie and changes nothing', async () => {
      const task = newTask();
      const zombie = await store().open(task);
      await store().commit(zombie, step(undefined, 3, { a: 'one' }));
      const owner = await store().open(task);
      expect(owner.epoch).toBeGreaterThan(zombie.epoch);
      await expect(store().commit(zombie, step(3, 9, { a: 'zombie' }))).rejects.toMatchObject({ code: 'fenced' });
      await expect(store().load(zombie, ['a'], 3)).rejects.toMatchObject({ code: 'fenced' });
      expect((await store().load(owner, ['a'], 3)).map(plain)).toEqual(['one']);
      await store().commit(owner, step(3, 4, { a: 'two' }));
      expect((await store().open(task)).nextOffset).toBe(4);
    });

    it('refuses a commit that does not follow the checkpoint', async () => {
      const task = newTask();
      const lease = await store().open(task);
      await store().commit(lease, step(undefined, 3, { a: 'one' }));
      await expect(store().commit(lease, step(5, 6, { a: 'gap' }))).rejects.toMatchObject({ code: 'fenced' });
      expect((await store().load(lease, ['a'], 3)).map(plain)).toEqual(['one']);
    });

    it('shows no state to an owner who believes in another checkpoint', async () => {
      const lease = await store().open(newTask());
      await store().commit(lease, step(undefined, 3, { a: 'one' }));
      for (const checkpoint of [undefined, 2, 4]) {
        await expect(store().load(lease, ['a'], checkpoint)).rejects.toMatchObject({ code: 'fenced' });
      }
    });

    it('takes a commit that is repeated because its answer was lost', async () => {
      const task = newTask();
      const lease = await store().open(task);
      const commit = step(undefined, 3, { a: 'one' });
      await store().commit(lease, commit);
      await store().commit(lease, commit);
      const next = await store().open(task);
      expect(next.nextOffset).toBe(3);
      expect((await store().load(next, ['a'], 3)).map(plain)).toEqual(['one']);
    });

    it('forgets a state at the end of its life and keeps the checkpoint', async () => {
      const task = newTask();
      const lease = await store().open(task);
      const { put: long } = step(undefined, 3, { long: 'two' });
      const short = step(undefined, 3, { short: 'one' }, 40);
      await store().commit(lease, { ...short, put: new Map([...long, ...short.put]) });
      await store().commit(lease, step(3, 4));
      await expect
        .poll(async () => (await store().load(lease, ['short', 'long'], 4)).map(plain), { timeout: 5_000 })
        .toEqual([undefined, 'two']);
      expect((await store().open(task)).nextOffset).toBe(4);
    });

    it('writes thousands of states in one step', async () => {
      const task = newTask();
      const lease = await store().open(task);
      const texts = Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, `${'x'.repeat(200)}${i}`]);
      const { put } = step(undefined, 1, Object.fromEntries(texts) as Record<string, string>);
      await store().commit(lease, { ...step(undefined, 1), put });
      const states = await store().load(lease, [...put.keys()], 1);
      expect(plain(states[4_999])).toBe('x'.repeat(200) + '4999');
      await store().commit(lease, { ...step(1, 2), remove: [...put.keys()] });
      expect(new Set(await store().load(lease, [...put.keys()], 2))).toEqual(new Set([undefined]));
    });

    it('lets exactly one of two owners commit at once', async () => {
      const task = newTask();
      const leases = await Promise.all([store().open(task), store().open(task)]);
      const results = await Promise.allSettled(
        leases.map((lease, i) => store().commit(lease, step(undefined, 1, { a: `owner-${i}` }))),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('answers for its health', async () => {
      expect(await store().health()).toEqual({ ready: true });
    });
  });
}
