import { describe, expect, it } from 'vitest';

import { murmur2, partitionOf } from './partitioner.js';

describe('partitioner', () => {
  it('hashes as the Java client does', () => {
    // Values that the Java client's own tests state.
    expect(murmur2(Buffer.from('21'))).toBe(-973932308);
    expect(murmur2(Buffer.from('foobar'))).toBe(-790332482);
    expect(murmur2(Buffer.from('a-little-bit-long-string'))).toBe(-985981536);
    expect(murmur2(Buffer.from('a-little-bit-longer-string'))).toBe(-1486304829);
    expect(murmur2(Buffer.from('abc'))).toBe(479470107);
  });

  it('hashes UTF-8 bytes, bytes above 127 included', () => {
    expect(partitionOf('größe/容器', 6)).toBe(partitionOf('größe/容器', 6));
    expect(murmur2(Uint8Array.of(0xff, 0xfe, 0x80))).not.toBe(murmur2(Uint8Array.of(0x7f, 0x7e, 0)));
  });

  it('spreads keys over every partition', () => {
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6_000; i += 1) counts[partitionOf(`container-${i}`, 6)]! += 1;
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
