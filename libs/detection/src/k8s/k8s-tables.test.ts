import { describe, expect, it } from 'vitest';

import { BurstTable } from './burst-table.js';
import { FactTable } from './fact-table.js';
import { namePattern, networkOf } from './names.js';
import { EPISODE_US, NoveltyTable, type InContext } from './novelty-table.js';

describe('names', () => {
  it.each([
    ['frontend-6f67fffcbd-rgxjc', 'frontend-#-#'],
    ['system:node:node-17', 'system:node:node-#'],
    ['sh.helm.release.v1.redis.v18', 'sh.helm.release.#.redis.#'],
    ['ada@example.org', 'ada@example.org'],
    ['kube-system', 'kube-system'],
  ])('%s has the pattern %s', (name, pattern) => {
    expect(namePattern(name)).toBe(pattern);
  });

  it.each([
    ['10.1.2.3', '10.1.2', '10.1'],
    ['::ffff:10.1.2.3', '10.1.2', '10.1'],
    ['2001:db8:1:2:3::4', '2001:db8:1:2', '2001:db8:1'],
    ['fe80::1', 'fe80:0:0:0', 'fe80:0:0'],
    ['nonsense', 'nonsense', 'nonsense'],
  ])('%s lies in %s, widely in %s', (address, near, wide) => {
    expect(networkOf(address)).toBe(near);
    expect(networkOf(address, true)).toBe(wide);
  });
});

describe('novelty', () => {
  const at = (...contexts: InContext[]): InContext[] => contexts;
  const table = new NoveltyTable();
  for (let n = 0; n < 200; n++) {
    table.learn(at(['steady', 'a'], ['all', 'a']), n * EPISODE_US);
    table.learn(at(['restless', `thing-${n}`], ['all', `thing-${n}`]), n * EPISODE_US);
  }
  table.learn(at(['steady', 'once']), 0);

  it('is strange for the steady, not for the restless', () => {
    const steady = table.surprise(at(['steady', 'new'])).nats;
    const restless = table.surprise(at(['restless', 'new'])).nats;
    expect(steady).toBeGreaterThan(4);
    expect(restless).toBeLessThan(0.1);
  });

  it('falls with how often a value was seen', () => {
    const nats = (value: string): number => table.surprise(at(['steady', value])).nats;
    expect(nats('new')).toBeGreaterThan(nats('once'));
    expect(nats('once')).toBeGreaterThan(nats('a'));
    expect(nats('a')).toBeLessThan(0.1);
  });

  it('asks a coarser context about what the finer never saw', () => {
    const usual = table.surprise(at(['steady', 'thing-1'], ['all', 'a'])).nats;
    const nowhere = table.surprise(at(['steady', 'new'], ['all', 'new'])).nats;
    expect(nowhere).toBeGreaterThan(usual);
    expect(table.surprise(at(['unknown', 'x'])).nats).toBe(0);
  });

  it('counts a burst once', () => {
    const burst = new NoveltyTable();
    for (let n = 0; n < 1_000; n++) burst.learn(at(['u', 'x']), n);
    expect(burst.data()).toEqual([['u', 1, [['x', 1]]]]);
  });

  it('is the same after it was stored', () => {
    const copy = NoveltyTable.open(table.data());
    expect(copy.data()).toEqual(table.data());
    expect(copy.surprise(at(['steady', 'new'], ['all', 'a']))).toEqual(
      table.surprise(at(['steady', 'new'], ['all', 'a'])),
    );
  });

  it('stays within its limits', () => {
    const full = new NoveltyTable();
    for (let n = 0; n < 5_000; n++) full.learn(at(['u', `v${n}`]), n * EPISODE_US);
    expect(full.data()[0]?.[2]).toHaveLength(4096);
    expect(full.data()[0]?.[1]).toBe(5_000);
  });
});

describe('facts', () => {
  it('start from a prior and end with what was counted', () => {
    const facts = new FactTable();
    expect(facts.share('u', 'pod', 'pod:privileged')).toBeLessThan(0.02);
    for (let n = 0; n < 50; n++) facts.learn('u', 'pod', ['pod:privileged']);
    expect(facts.share('u', 'pod', 'pod:privileged')).toBeGreaterThan(0.8);
    for (let n = 0; n < 500; n++) facts.learn('other', 'pod', []);
    expect(facts.share('other', 'pod', 'pod:privileged')).toBeLessThan(0.01);
    expect(FactTable.open(facts.data()).data()).toEqual(facts.data());
  });
});

describe('bursts', () => {
  const bursts = new BurstTable();
  for (let n = 0; n < 50; n++) {
    bursts.learn('little', 'k', 'delete', 1);
    bursts.learn('much', 'k', 'delete', 40);
  }

  it('are scored by the size of the identity’s own', () => {
    expect(bursts.nats('little', 'k', 'delete', 30)).toBeGreaterThan(14);
    expect(bursts.nats('much', 'k', 'delete', 30)).toBeLessThan(2);
    expect(bursts.nats('little', 'k', 'delete', 1)).toBe(0);
  });

  it('never fall with size, and are bounded', () => {
    let last = -1;
    for (let size = 1; size < 500; size += 7) {
      const nats = bursts.nats('little', 'k', 'delete', size);
      expect(nats).toBeGreaterThanOrEqual(last);
      last = nats;
    }
    expect(last).toBe(40);
  });
});
