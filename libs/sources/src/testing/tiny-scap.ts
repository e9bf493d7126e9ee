/**
 * A capture of libscap's, of the blocks that sysdig 0.29 asks for (libscap's scap_savefile.h): section header, machine
 * information, and one block for each event with its parameters.
 */
export function tinyScap(): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(0x1a2b3c4d, 0);
  header.writeUInt16LE(1, 4);
  header.writeUInt16LE(2, 6);
  header.writeBigInt64LE(-1n, 8);
  const machine = Buffer.alloc(4 + 8 + 8 + 128 + 32);
  machine.writeUInt32LE(1, 0);
  machine.write('host', 20);
  const [closeEntry, closeExit, readEntry, readExit] = [4, 5, 6, 7];
  return Buffer.concat([
    block(0x0a0d0d0a, header),
    block(0x201, machine),
    event(0, 100, closeEntry, [int64(5)]),
    event(1, 100, closeExit, [int64(0)]),
    event(2, 100, readEntry, [int64(7), Buffer.from([64, 0, 0, 0])]),
    event(3, 100, readExit, [int64(4), Buffer.from('abcd')]),
    event(4, 101, closeEntry, [int64(6)]),
    event(5, 101, closeExit, [int64(-9)]),
  ]);
}

const BEGIN_NS = 1_795_455_028_000_000_000n;

function event(us: number, thread: number, type: number, parameters: readonly Buffer[]): Buffer {
  const lengths = Buffer.alloc(2 * parameters.length);
  parameters.forEach((parameter, i) => lengths.writeUInt16LE(parameter.length, 2 * i));
  const content = Buffer.concat([lengths, ...parameters]);
  const head = Buffer.alloc(28);
  head.writeBigUInt64LE(BEGIN_NS + BigInt(us) * 1_000n, 2);
  head.writeBigUInt64LE(BigInt(thread), 10);
  head.writeUInt32LE(26 + content.length, 18);
  head.writeUInt16LE(type, 22);
  head.writeUInt32LE(parameters.length, 24);
  return block(0x216, Buffer.concat([head, content]));
}

function block(type: number, body: Buffer): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  const edge = Buffer.alloc(8);
  edge.writeUInt32LE(type, 0);
  edge.writeUInt32LE(padded.length + 12, 4);
  return Buffer.concat([edge, padded, edge.subarray(4)]);
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
