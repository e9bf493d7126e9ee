import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StateReader, StateWriter } from './bytes.js';

const field = fc.oneof(
  fc.record({ kind: fc.constant('uint' as const), value: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant('double' as const), value: fc.double({ noNaN: true }) }),
  fc.record({ kind: fc.constant('text' as const), value: fc.string({ maxLength: 3_000, size: 'max' }) }),
);

describe('StateWriter', () => {
  it('writes any fields so that they are read back, through every growth of its memory', () => {
    fc.assert(
      fc.property(fc.nat(2_100), fc.array(field, { maxLength: 40 }), (lead, fields) => {
        const writer = new StateWriter(1);
        for (let i = 0; i < lead; i++) writer.byte(i & 0xff);
        for (const { kind, value } of fields) (writer[kind] as (value: number | string) => void).call(writer, value);
        const reader = new StateReader(writer.finish(), 1, 'a test');
        for (let i = 0; i < lead; i++) if (reader.byte() !== (i & 0xff)) throw new Error(`byte ${i} is lost`);
        expect(fields.map(({ kind }) => reader[kind]())).toEqual(fields.map(({ value }) => value));
      }),
    );
  });
});
