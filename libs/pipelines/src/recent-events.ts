import { identity, PlimsollError } from '@plimsoll/contracts';

/** Events of one key that are remembered; a repeat of an older one is taken for new. */
const REMEMBERED = 1_024;

/** Bytes of an event's identity that are kept. */
const WIDTH = 8;

/**
 * Which events of a key were taken lately. A log may hold an event twice, since a publisher that hears no answer sends
 * it again; by its own id it is known. State: at most 8 KiB.
 */
export class RecentEvents {
  readonly #ids: Set<string>;

  constructor(ids: Iterable<string> = []) {
    this.#ids = new Set(ids);
  }

  /** Whether the event is new; it counts as taken from then on. */
  take(stream: string, id: string): boolean {
    const digest = identity(stream, id).slice(0, 2 * WIDTH);
    if (this.#ids.has(digest)) return false;
    this.#ids.add(digest);
    if (this.#ids.size > REMEMBERED) this.#ids.delete(this.#ids.values().next().value!);
    return true;
  }

  /** Two bytes of count, then eight a remembered event, the oldest first. */
  encode(): Uint8Array {
    const bytes = Buffer.alloc(2 + this.#ids.size * WIDTH);
    bytes.writeUInt16LE(this.#ids.size);
    let at = 2;
    for (const digest of this.#ids) at += bytes.write(digest, at, 'hex');
    return bytes;
  }

  /** What `encode` wrote at the start of `bytes`, and the bytes behind it. Throws `bad-message` where it is cut. */
  static decode(bytes: Uint8Array): { readonly events: RecentEvents; readonly rest: Uint8Array } {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = buffer.length < 2 ? Infinity : 2 + buffer.readUInt16LE() * WIDTH;
    if (end > buffer.length) throw new PlimsollError('bad-message', 'the state of a log key is cut');
    const ids: string[] = [];
    for (let at = 2; at < end; at += WIDTH) ids.push(buffer.toString('hex', at, at + WIDTH));
    return { events: new RecentEvents(ids), rest: bytes.subarray(end) };
  }
}
