const ROOM_BYTES = 262_144;

/**
 * Room for the columns of many messages in one buffer, so that a message costs no allocation of its own outside the
 * heap. Nothing is used twice: a buffer lives as long as anything in it does. What lies in it may hold anything at first.
 */
export class Room {
  buffer: ArrayBufferLike = new ArrayBuffer(0);
  #end = 0;

  /** Makes room for `bytes` and returns where it begins in `buffer`, at a multiple of 4. */
  take(bytes: number): number {
    const at = this.#end;
    this.#end = at + ((bytes + 3) & ~3);
    if (this.#end <= this.buffer.byteLength) return at;
    // A large message has a buffer of its own, and the next one begins another.
    this.buffer = Buffer.allocUnsafeSlow(Math.max(ROOM_BYTES, this.#end - at)).buffer;
    this.#end = this.#end - at;
    return 0;
  }
}
