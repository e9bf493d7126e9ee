import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StateReader, StateWriter } from './bytes.js';

const field = fc.oneof(
  fc.record({ kind: fc.constant('uint' as const), value: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant('double' as const), value: fc.double({ noNaN: true }) }),
  fc.record({ kind: fc.constant('text' as const), value: fc.string({ maxLength: 3_000, size: 'max' }) }),
);

function written(text: string): Uint8Array {
  const writer = new StateWriter(7);
  writer.text(text);
  writer.uint(300);
  return writer.finish();
}

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

  it('writes every text as UTF-8, short and plain ones too', () => {
    const texts = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(
      fc.property(texts, (text) => {
        const utf8 = new TextEncoder().encode(text);
        const length = utf8.length < 128 ? [utf8.length] : [(utf8.length & 127) | 128, utf8.length >> 7];
        expect([...written(text)]).toEqual([7, ...length, ...utf8, 172, 2]);
        expect(new StateReader(written(text), 7, 'a').text()).toBe(new TextDecoder().decode(utf8));
      }),
    );
  });

  it('leaves a state as it was when others are written, of whatever size', () => {
    const sizes = Array.from({ length: 200 }, (_, i) => (i * 97) % 9_000);
    const states = sizes.map((size) => written('x'.repeat(size)));
    for (const [i, size] of sizes.entries()) expect([...states[i]!]).toEqual([...written('x'.repeat(size))]);
  });
});
