import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { plainCheck } from './plain-check.js';

const Inner = z.object({ kind: z.enum(['a', 'b']), size: z.number().int().min(0).max(3).optional() });
const Message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('one'),
    name: z.string().min(1).max(4),
    rate: z.number().positive(),
    flag: z.boolean().optional(),
    items: z.array(Inner).max(2),
    either: z.union([z.literal(1), z.literal('x')]).optional(),
  }),
  z.object({ type: z.literal('two'), inner: Inner }),
]);

const check = plainCheck(Message)!;
const one = { type: 'one', name: 'ab', rate: 0.5, items: [{ kind: 'a' }, { kind: 'b', size: 3 }] };

/** What JSON may hold in place of a field. */
const replacement = fc.oneof(
  fc.constantFrom(null, true, '', 'x', 'abcde', 0, -1, 1.5, 4, 2 ** 53, Infinity, {}, [], [{ kind: 'a' }]),
  fc.jsonValue(),
);

describe('plainCheck', () => {
  it('takes what the schema takes as it is, whatever the order of fields', () => {
    expect(check(one)).toBe(true);
    expect(check({ items: [], either: 'x', flag: false, rate: 1, name: 'n', type: 'one' })).toBe(true);
    expect(check({ type: 'two', inner: { size: 0, kind: 'b' } })).toBe(true);
  });

  it('leaves to the schema what it refuses or alters', () => {
    expect(check({ ...one, unknown: 1 })).toBe(false);
    expect(check(JSON.parse('{"type":"two","inner":{"kind":"a"},"__proto__":{}}'))).toBe(false);
    expect(check({ ...one, name: undefined })).toBe(false);
    expect(check({ type: 'two' })).toBe(false);
    expect(check({ ...one, type: 'three' })).toBe(false);
    expect(check([])).toBe(false);
    expect(check(null)).toBe(false);
  });

  it('never takes a value that the schema refuses or gives back otherwise', () => {
    const fields = fc.constantFrom('type', 'name', 'rate', 'flag', 'items', 'either', 'inner', 'other');
    let taken = 0;
    fc.assert(
      fc.property(fields, replacement, (field, value) => {
        const changed = { ...one, [field]: value };
        if (!check(changed)) return;
        taken += 1;
        expect(Message.parse(changed)).toEqual(changed);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it.each([
    ['a format', z.object({ address: z.email() })],
    ['a whole number by its own type', z.object({ count: z.int() })],
    ['a default', z.object({ name: z.string().default('') })],
    ['a transformation', z.object({ name: z.string().trim() })],
    ['a refinement', z.object({ name: z.string().refine((name) => name !== 'x') })],
    ['an object with other fields', z.looseObject({ name: z.string() })],
    [
      'objects of which the first that fits counts',
      z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    ],
  ])('does not stand in for %s', (_, schema) => {
    expect(plainCheck(schema)).toBeUndefined();
  });
});
