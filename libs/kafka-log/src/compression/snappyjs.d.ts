// The package brings no types.
declare module 'snappyjs' {
  /** Throws where the block is broken, or says that it unpacks to more than `maxLength` bytes. */
  export function uncompress(packed: Buffer, maxLength: number): Buffer;
}
