const WORDS = [
  '<unfinished ...>',
  '<... read resumed>',
  '[pid ',
  ' = ?',
  '"...',
  '\\377',
  '\\x',
  '--- SIGCHLD {',
  '+++ exited with 0 +++',
  'clone(flags=CLONE_FILES) = ',
  'accept4(3, {sa_family=AF_INET, sin_port=htons(1)}, [16], 0) = 11',
  'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n',
  'Content-Length: 99999999999',
  '4294967296',
  ') = -1 E',
  '<0.000001>',
];

/** Lines of real traces with damage: bytes altered, parts dropped, doubled, glued, exchanged; the same for one seed. */
export class TraceMutator {
  private readonly source: Buffer[];

  constructor(
    traces: readonly Buffer[],
    private state: number,
  ) {
    this.source = traces.flatMap((trace) =>
      trace
        .toString('latin1')
        .split('\n')
        .map((line) => Buffer.from(line, 'latin1')),
    );
  }

  /** `count` lines, in runs as the trace had them, most of them damaged. */
  lines(count: number): Buffer {
    const parts: Buffer[] = [];
    let at = this.below(this.source.length);
    for (let i = 0; i < count; i++) {
      if (this.below(200) === 0) at = this.below(this.source.length);
      const line = this.source[at++ % this.source.length] ?? Buffer.alloc(0);
      parts.push(this.below(4) === 0 ? line : this.damage(line));
      if (this.below(50) !== 0) parts.push(Buffer.from('\n'));
    }
    return Buffer.concat(parts);
  }

  private damage(line: Buffer): Buffer {
    const at = this.below(line.length + 1);
    const to = Math.min(line.length, at + this.below(40));
    switch (this.below(7)) {
      case 0: {
        const copy = Buffer.from(line);
        if (copy.length > 0) copy[this.below(copy.length)] = this.below(256);
        return copy;
      }
      case 1:
        return line.subarray(0, at);
      case 2:
        return line.subarray(at);
      case 3:
        return Buffer.concat([line.subarray(0, at), line.subarray(to)]);
      case 4:
        return Buffer.concat([line.subarray(0, to), line.subarray(at)]);
      case 5:
        return Buffer.concat([
          line.subarray(0, at),
          Buffer.from(WORDS[this.below(WORDS.length)] ?? ''),
          line.subarray(at),
        ]);
      default:
        return Buffer.concat([line, this.source[this.below(this.source.length)] ?? line]);
    }
  }

  /** xorshift32 (Marsaglia, 2003): the same numbers on every machine. */
  private below(limit: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) % Math.max(1, limit);
  }
}
