import type { ValueAct, WebParameter } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { isBarePath, pathStrength, placeInNames } from './path-evidence.js';
import { learnRequest, scoreRequest } from './web-scorer.js';
import { startWebState } from './web-state.js';
import { parameter, request } from './web.fixture.js';

const T = 1_000_000_000;
const UP: ValueAct = { kind: 'traversal', grade: 2, tokens: '../' };
const SYSTEM: ValueAct = { kind: 'traversal', grade: 1, tokens: 'folder of a system' };

const FIELDS = {
  file: { form: 'token', shape: 'a-9.a', length: 11 },
  back: { form: 'phrase', shape: '/a', length: 8 },
  text: { form: 'phrase', shape: 'asasa', length: 20 },
} as const;
type Field = keyof typeof FIELDS;

const asked = (name: string, parts: Partial<WebParameter>, atMs = T) =>
  request({ atMs, path: '/read', parameters: [parameter({ name, where: 'query', ...parts })] });

function learned(values: number): SmoothedCounts {
  const table = new SmoothedCounts();
  for (let i = 0; i < values; i++) {
    for (const name of Object.keys(FIELDS) as Field[])
      learnRequest(table, asked(name, FIELDS[name], i * 60_000), startWebState());
  }
  return table;
}

const strengthIn = (table: SmoothedCounts, name: string): number => {
  const event = asked(name, { form: 'phrase', shape: '../a.a', length: 10, acts: [UP] });
  return pathStrength(table, event, event.parameters[0]!, UP);
};

describe('a path that leads up', () => {
  it('tells the more the more names its field held, and never more than suffices alone', () => {
    const [few, many, most] = [20, 200, 2_000].map((values) => strengthIn(learned(values), 'file'));
    expect(few).toBeGreaterThan(9);
    expect(many).toBeGreaterThan(few! + 2);
    expect(most).toBeCloseTo(14);
  });

  it('tells less where links are, or where people write, however long that was seen', () => {
    const table = learned(2_000);
    expect(strengthIn(table, 'back')).toBeLessThan(7);
    expect(strengthIn(table, 'text')).toBeLessThan(7);
    expect(strengthIn(table, 'new')).toBeLessThan(9);
  });

  it('is excused by one that the field held', () => {
    const table = learned(200);
    learnRequest(table, asked('file', { shape: '../a.a', acts: [UP] }), startWebState());
    expect(strengthIn(table, 'file')).toBeLessThan(5);
  });

  it('is no path alone where it stands in prose, and of the highest grade without it', () => {
    const title = parameter({ name: 'title' });
    expect(isBarePath({ ...UP, grade: 1 }, title)).toBe(false);
    expect(isBarePath({ ...UP, grade: 3 }, title)).toBe(false);
    expect(isBarePath({ ...UP, grade: 1 }, parameter({ name: '/..', where: 'path' }))).toBe(true);
  });
});

describe('a path from a root', () => {
  const told = (name: string, shape: string): boolean => {
    const event = asked(name, { form: 'phrase', shape });
    return placeInNames(learned(200), event, event.parameters[0]!) !== undefined;
  };

  it.each(['/a/a/a.a', '/a.a', '\\\\a\\a.a', '~a/a'])('is told in a field of names: %s', (shape) => {
    expect(told('file', shape)).toBe(true);
    expect(told('back', shape)).toBe(false);
    expect(told('text', shape)).toBe(false);
  });

  it.each(['/a', 'a/a.a', 'a:\\a\\a.a', '9/9', '/asa'])('is not %s', (shape) => {
    expect(told('file', shape)).toBe(false);
  });
});

describe('of several attacks that a request may be', () => {
  it('one that found something comes before those that found nothing', () => {
    const event = asked('text', { form: 'phrase', shape: '/a/a/a', acts: [SYSTEM] });
    const { path, score } = scoreRequest(learned(200), event, startWebState());
    expect(path).toBe('path-traversal');
    expect(score).toBeGreaterThan(3);
  });
});
