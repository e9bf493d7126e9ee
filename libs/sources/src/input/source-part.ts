/** One file's worth of a source: a file, an entry of an archive, or standard input. */
export interface SourcePart {
  /** Path below what was asked for, with slashes; what tells the parts of one source apart. */
  readonly name: string;
  /** What error messages call it. */
  readonly title: string;
  /** Where it lies as a file of its own; undefined within archives and for standard input. */
  readonly path?: string;
  /** Bytes as they are stored, 0 where unknown. */
  readonly sizeBytes: number;
  /** The stored bytes, from the beginning. `onBytes` is told how many were read each time. */
  read(onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array>;
}
