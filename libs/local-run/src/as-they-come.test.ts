import { describe, expect, it } from 'vitest';

import { asTheyCome } from './as-they-come.js';

async function* after(gate: Promise<unknown>, ...items: number[]): AsyncGenerator<number> {
  await gate;
  yield* items;
}

async function failure(): Promise<never> {
  await Promise.resolve();
  throw new Error('the trace failed');
}

describe('asTheyCome', () => {
  it('does not wait for a stream that is silent, and gives what it says later', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const seen: number[] = [];
    for await (const item of asTheyCome([after(gate, 8, 9), after(Promise.resolve(), 1, 2, 3)])) {
      seen.push(item);
      if (item === 3) open();
    }
    expect(seen).toEqual([1, 2, 3, 8, 9]);
  });

  it('ends where nothing is given', async () => {
    for await (const item of asTheyCome<number>([])) expect.unreachable(String(item));
  });

  it('throws what one of them throws, though others never end', async () => {
    const never = after(new Promise(() => undefined));
    await expect(asTheyCome([never, after(failure())]).next()).rejects.toThrow('the trace failed');
  });
});
