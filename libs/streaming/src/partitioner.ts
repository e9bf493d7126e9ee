/**
 * Which partition a key belongs to: 32-bit MurmurHash2 (Austin Appleby, 2008) with the seed and sign rule of Kafka's
 * default partitioner, so a key lies in the same partition in memory, in Kafka, and for producers in other languages.
 */
const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** The hash as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.byteLength;
  let hash = SEED ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    let mixed = Math.imul(word, MULTIPLIER);
    mixed ^= mixed >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed, MULTIPLIER);
  }
  const rest = length - whole;
  if (rest === 3) hash ^= bytes[whole + 2]! << 16;
  if (rest >= 2) hash ^= bytes[whole + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[whole]!, MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** The partition of `key` among `partitions` (at least 1), in `[0, partitions)`. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
