/** A small repeatable generator of numbers (mulberry32, Ettinger 2017): a run that fails can be run again. */
function seededRandom(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const STRANGE = Buffer.from('\\"\'{}[]()<>=:,;% \t\r\0\x1b\x7f\xff0123456789-+.eE*&/', 'latin1');

/** `count` lines made of the samples by changing, removing, doubling and swapping bytes, cutting, and joining lines. */
export function* damaged(samples: readonly string[], count: number, seed: number): Generator<Buffer> {
  const random = seededRandom(seed);
  const lines = samples.map((line) => Buffer.from(line));
  const any = (): Buffer => lines[random(lines.length)]!;
  for (let i = 0; i < count; i++) {
    let line: Buffer = Buffer.from(any());
    for (let change = random(4); change >= 0; change--) line = once(line, any(), random);
    yield random(20) === 0 ? line : Buffer.concat([line, Buffer.from('\n')]);
  }
}

function once(line: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  const at = random(line.length + 1);
  const length = random(12);
  switch (random(8)) {
    case 0:
      return line.subarray(0, at);
    case 1:
      return Buffer.concat([line.subarray(0, at), line.subarray(at + length)]);
    case 2:
      return Buffer.concat([line.subarray(0, at + length), line.subarray(at)]);
    case 3:
      return Buffer.concat([line.subarray(0, at), other.subarray(random(other.length + 1))]);
    case 4: {
      const run = Buffer.alloc(1 + random(2_000), STRANGE[random(STRANGE.length)]);
      return Buffer.concat([line.subarray(0, at), run, line.subarray(at)]);
    }
    case 5: {
      const noise = Buffer.from(Array.from({ length: length + 1 }, () => random(256)));
      return Buffer.concat([line.subarray(0, at), noise, line.subarray(at)]);
    }
    case 6: {
      const changed = Buffer.from(line);
      if (at < changed.length) changed[at] = STRANGE[random(STRANGE.length)]!;
      return changed;
    }
    default: {
      const digits = line.toString('latin1').replace(/\d+/, () => String(random(2 ** 31)).repeat(1 + random(4)));
      return Buffer.from(digits, 'latin1');
    }
  }
}
