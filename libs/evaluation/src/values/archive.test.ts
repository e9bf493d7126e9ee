import { describe, expect, it } from 'vitest';

import { HONEST, TRAVERSALS } from './archive-values.fixture.js';
import { Archive } from './archive.fixture.js';

const archive = new Archive();

describe('a path that leads elsewhere', () => {
  it.each(TRAVERSALS)('is told in the field %s, whatever its form', (field, values) => {
    expect(values.filter((value) => !archive.score(field, value).alarm)).toEqual([]);
  });

  it('is called so', () => {
    const called = TRAVERSALS.flatMap(([field, values]) => values.map((value) => archive.score(field, value).path));
    // A file by its scheme where pictures are fetched is a fetch.
    expect(called.filter((path) => path !== 'path-traversal')).toEqual(['ssrf']);
  });
});

describe('a value of an honest user', () => {
  // Who looks for these alone writes what a scanner does.
  const TOLD_ALL_THE_SAME: readonly string[] = ['/etc/hosts', 'sleep(1)'];

  it.each(HONEST)('is no alarm in the field %s', (field, values) => {
    const told = values.filter((value) => archive.score(field, value).alarm);
    expect(told.filter((value) => field !== 'search' || !TOLD_ALL_THE_SAME.includes(value))).toEqual([]);
  });

  it('is none in a row of several links that lead up', () => {
    const row = ['../list', '../notes/12', '../account'].map((value) => ['next', value] as const);
    expect(archive.scoreRow(row).alarm).toBe(false);
  });
});

describe('a field that held paths that lead up', () => {
  it('may hold another, and no file of the system', () => {
    const linked = new Archive(1, [
      ['page', '../about'],
      ['target', '/static/../files/logo.png'],
    ]);
    expect(linked.score('page', '../team').alarm).toBe(false);
    expect(linked.score('page', '../../../../etc/passwd').alarm).toBe(true);
    expect(linked.score('target', '/static/../files/mast.png').alarm).toBe(false);
  });
});
