import { PlimsollError } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { Lifecycle, type Step } from './lifecycle.js';

function lifecycleOf(steps: readonly Step[]): { lifecycle: Lifecycle; told: string[] } {
  const told: string[] = [];
  const lifecycle = new Lifecycle(steps, {
    started: (step) => told.push(`started ${step}`),
    stopped: (step) => told.push(`stopped ${step}`),
    failed: (step) => told.push(`failed ${step}`),
  });
  return { lifecycle, told };
}

const well = (name: string): Step => ({ name, start: () => Promise.resolve(), stop: () => Promise.resolve() });

describe('Lifecycle', () => {
  it('starts in order and stops in the opposite order', async () => {
    const { lifecycle, told } = lifecycleOf([well('store'), well('http'), well('stream')]);
    await lifecycle.start();
    expect(await lifecycle.stop(1_000)).toBe(true);
    expect(told).toEqual([
      'started store',
      'started http',
      'started stream',
      'stopped stream',
      'stopped http',
      'stopped store',
    ]);
  });

  it('attempts every stop step, after one that fails and after one that hangs', async () => {
    const fails: Step = { name: 'fails', stop: () => Promise.reject(new Error('no')) };
    const hangs: Step = { name: 'hangs', stop: () => new Promise<void>(() => undefined) };
    const { lifecycle, told } = lifecycleOf([well('store'), hangs, fails]);
    await lifecycle.start();
    expect(await lifecycle.stop(1_000)).toBe(false);
    expect(told.slice(3)).toEqual(['failed fails', 'failed hangs', 'stopped store']);
  });

  it('stops what was begun where a start fails, the failed step included', async () => {
    const broken: Step = { ...well('broken'), start: () => Promise.reject(new Error('no')) };
    const { lifecycle, told } = lifecycleOf([well('store'), broken, well('stream')]);
    await expect(lifecycle.start()).rejects.toThrow('no');
    await lifecycle.stop(1_000);
    expect(told).toEqual(['started store', 'stopped broken', 'stopped store']);
  });

  it('interrupts a start that waits', async () => {
    let giveUp: (error: Error) => void = () => undefined;
    const waiting: Step = {
      name: 'stream',
      start: () =>
        new Promise((_resolve, reject) => {
          giveUp = reject;
        }),
      stop: () => {
        giveUp(new PlimsollError('stopped', 'stopped'));
        return Promise.resolve();
      },
    };
    const { lifecycle, told } = lifecycleOf([well('store'), waiting, well('after')]);
    const started = lifecycle.start();
    const refused = expect(started).rejects.toMatchObject({ code: 'stopped' });
    await Promise.resolve();
    expect(await lifecycle.stop(1_000)).toBe(true);
    await refused;
    expect(told).toEqual(['started store', 'stopped stream', 'stopped store']);
  });

  it('stops once, however often it is asked', async () => {
    const { lifecycle, told } = lifecycleOf([well('store')]);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(1_000), lifecycle.stop(1_000)]);
    expect(told).toEqual(['started store', 'stopped store']);
  });
});
