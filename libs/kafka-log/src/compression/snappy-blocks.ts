import { uncompress } from 'snappyjs';

const JAVA_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic bytes and two version numbers. */
const JAVA_HEADER_BYTES = 16;

/**
 * Unpacks Snappy into at most `maxBytes`: one block as librdkafka writes it, or the framing of snappy-java, which the
 * brokers and Java's clients write: blocks, each after its length. Throws where it is broken, cut or longer.
 */
export function unpackSnappy(packed: Buffer, maxBytes: number): Buffer {
  if (!packed.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC)) return uncompress(packed, maxBytes);
  const blocks: Buffer[] = [];
  let left = maxBytes;
  for (let at = JAVA_HEADER_BYTES; at < packed.length;) {
    const length = packed.readUInt32BE(at);
    const block = packed.subarray(at + 4, at + 4 + length);
    if (block.length < length) throw new Error('the last block is cut');
    const plain = uncompress(block, left);
    left -= plain.length;
    blocks.push(plain);
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}
