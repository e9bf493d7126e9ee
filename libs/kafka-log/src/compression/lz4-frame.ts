const MAGIC = 0x184d2204;
const VERSION = 0b0100_0000;
const VERSION_MASK = 0b1100_0000;
const BLOCK_CHECKSUM = 0b0001_0000;
const CONTENT_SIZE = 0b0000_1000;
const DICTIONARY = 0b0000_0001;
const STORED = 0x8000_0000;
const MIN_MATCH = 4;

/**
 * Unpacks one frame of LZ4 (Yann Collet, LZ4 frame format 1.6) into at most `maxBytes`; throws where it is broken, cut
 * or longer. Checksums are not compared: Kafka's batch has its own. Linear in what it reads and writes.
 */
export function unpackLz4(packed: Buffer, maxBytes: number): Buffer {
  let at = frameHeaderBytes(packed);
  const blockChecksumBytes = (packed[4]! & BLOCK_CHECKSUM) === 0 ? 0 : 4;
  const out = new Output(maxBytes);
  for (;;) {
    const head = packed.readUInt32LE(at);
    at += 4;
    if (head === 0) return out.bytes();
    const stored = head >= STORED;
    const block = packed.subarray(at, at + (stored ? head - STORED : head));
    if (block.length < (stored ? head - STORED : head)) throw new Error('the frame is cut');
    if (stored) out.literals(block);
    else unpackBlock(block, out);
    at += block.length + blockChecksumBytes;
  }
}

function frameHeaderBytes(packed: Buffer): number {
  if (packed.readUInt32LE(0) !== MAGIC) throw new Error('no LZ4 frame begins here');
  const flags = packed.readUInt8(4);
  if ((flags & VERSION_MASK) !== VERSION) throw new Error('of a version of LZ4 frames that is not known');
  if ((flags & DICTIONARY) !== 0) throw new Error('packed with a dictionary');
  return 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8);
}

/** A block is sequences of literals and a match, a copy of what was written before. */
function unpackBlock(block: Buffer, out: Output): void {
  let at = 0;
  const length = (nibble: number): number => {
    let sum = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; sum += more) more = block.readUInt8(at++);
    return sum;
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = length(token >> 4);
    if (literals > block.length - at) throw new Error('literals reach beyond their block');
    out.literals(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return;
    const back = block.readUInt16LE(at);
    at += 2;
    out.match(back, length(token & 15) + MIN_MATCH);
  }
}

/** What was unpacked so far; grows up to a limit. */
class Output {
  private buffer: Buffer;
  private end = 0;

  constructor(private readonly maxBytes: number) {
    this.buffer = Buffer.allocUnsafe(Math.min(65_536, maxBytes));
  }

  literals(bytes: Buffer): void {
    this.room(bytes.length);
    this.end += bytes.copy(this.buffer, this.end);
  }

  match(back: number, length: number): void {
    if (back === 0 || back > this.end) throw new Error('a match reaches before the beginning');
    this.room(length);
    const { buffer } = this;
    // A match may overlap what it writes: byte by byte.
    for (let i = 0; i < length; i += 1, this.end += 1) buffer[this.end] = buffer[this.end - back]!;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  private room(bytes: number): void {
    const needed = this.end + bytes;
    if (needed > this.maxBytes) throw new Error(`it unpacks to more than ${this.maxBytes} bytes`);
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(needed, this.buffer.length * 2)));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
  }
}
