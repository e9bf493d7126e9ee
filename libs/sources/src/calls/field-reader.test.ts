import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FieldReader } from './field-reader.js';

function fieldsOf(json: string, names: readonly string[]): (string | undefined)[] | undefined {
  const reader = new FieldReader(names);
  const bytes = Buffer.from(json);
  if (!reader.read(bytes, 0, bytes.length)) return undefined;
  return names.map((_, i) => (reader.has(i) ? bytes.toString('utf8', reader.start(i), reader.end(i)) : undefined));
}

describe('FieldReader', () => {
  it('finds members by name and passes over the rest, whatever it holds', () => {
    const json = ' {"a" : "x\\"}y", "deep":{"b":[1,{"c":"]}"}]},"b":1659087941552081087 ,"c":null,"d":true} ';
    expect(fieldsOf(json, ['a', 'b', 'c', 'd', 'e'])).toEqual([
      'x\\"}y',
      '1659087941552081087',
      undefined,
      'true',
      undefined,
    ]);
  });

  it('takes the first of equal names, and no part of a name for the name', () => {
    expect(fieldsOf('{"ab":1,"a":2,"a":3}', ['a'])).toEqual(['2']);
    expect(fieldsOf('{}', ['a'])).toEqual([undefined]);
  });

  it.each(['', '[]', '"a"', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":"x', '{"a":[1}', '{a:1}', '{"a" 1}'])(
    'refuses what is no whole object: %s',
    (json) => {
      expect(fieldsOf(json, ['z'])).toBeUndefined();
    },
  );

  it('agrees with a whole reading of the same object', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value), fc.boolean(), (object, spaced) => {
        const json = JSON.stringify(object, undefined, spaced ? 1 : 0);
        const found = fieldsOf(json, ['a', 'b', 'c', 'd']);
        const expected = ['a', 'b', 'c', 'd'].map((name) => (object as Record<string, unknown>)[name]);
        expect(found?.map((text, i) => (text === undefined ? undefined : parsed(text, expected[i])))).toEqual(expected);
      }),
    );
  });
});

function parsed(text: string, like: unknown): unknown {
  return JSON.parse(typeof like === 'string' ? `"${text}"` : text) as unknown;
}
