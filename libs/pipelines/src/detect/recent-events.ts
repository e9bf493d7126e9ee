import { identity, PlimsollError, type LogEvent } from '@plimsoll/contracts';

/** Events of one key that are remembered; a repeat of an older one is taken for new. */
const REMEMBERED = 1_024;

/** Bytes of an event's identity that are kept, and the two words that they are. */
const WIDTH = 8;
const WORDS = 2;
/** Events that a new key has room for. */
const FIRST_ROOM = 8;
/** From so many on, a filter says of most that they are new; its bits. */
const FILTERED = 64;
const FILTER_BITS = 8_192;
const BITS_OF_WORD = 32;

/** What no other event has beside stream and id; nothing that depends on what the source had read before. */
export function ownFacts(event: LogEvent): readonly (string | number)[] {
  switch (event.type) {
    case 'web-request':
      return [event.timeUs, event.request];
    case 'sql-statement':
      return [event.timeUs, event.connection, event.fingerprint, event.lengthBytes];
    case 'k8s-audit':
      return [event.timeUs, event.verb, event.user.name, event.status];
    case 'process-activity':
      return [event.timeUs, event.kind, event.target];
    default:
      return [event.timeUs];
  }
}

/** Where the identity at hand is laid, to be compared word by word. */
const scratch = new Int32Array(WORDS);
const scratchBytes = Buffer.from(scratch.buffer);

/**
 * Which events of a key were taken lately. A log may hold an event twice, since a publisher that hears no answer sends
 * it again. It is known by its own id and by what makes it that event: a name alone may come again, after a restart of
 * whoever counts lines, or since a client chose it. State: eight bytes an event in memory and in the store, at most 8 KiB: sessions
 * are kept by the thousand. A look goes over all of them, a microsecond or two; of 64 events on, a filter of 1 KiB in memory
 * spares that to at least three of four new ones (Bloom 1970).
 */
export class RecentEvents {
  #words = new Int32Array(FIRST_ROOM * WORDS);
  #count = 0;
  /** Of `REMEMBERED` events, the oldest: the next one takes its place. */
  #oldest = 0;
  /** A bit is set where an event that is remembered, or that was lately, has it. */
  #filter: Uint32Array | undefined;

  /** Events remembered. */
  get size(): number {
    return this.#count;
  }

  /** Whether the event is new; it counts as taken from then on. */
  take(stream: string, id: string, ...own: readonly (string | number)[]): boolean {
    scratchBytes.write(identity(stream, id, ...own), 0, WIDTH, 'hex');
    if (this.#has(scratch[0]!, scratch[1]!)) return false;
    this.#add(scratch);
    return true;
  }

  /** Two bytes of count, then eight a remembered event, the oldest first. */
  encode(): Uint8Array {
    const bytes = Buffer.alloc(2 + this.#count * WIDTH);
    bytes.writeUInt16LE(this.#count);
    // Copies: asking a small array for its buffer would move it out of the heap for good, at three times the size.
    const late = this.#words.slice(this.#oldest * WORDS, this.#count * WORDS);
    const early = this.#words.slice(0, this.#oldest * WORDS);
    bytes.set(new Uint8Array(late.buffer), 2);
    bytes.set(new Uint8Array(early.buffer), 2 + late.byteLength);
    return bytes;
  }

  /** What `encode` wrote at the start of `bytes`, and the bytes behind it. Throws `bad-message` where it is cut. */
  static decode(bytes: Uint8Array): { readonly events: RecentEvents; readonly rest: Uint8Array } {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = buffer.length < 2 ? Infinity : 2 + buffer.readUInt16LE() * WIDTH;
    if (end > buffer.length) throw new PlimsollError('bad-message', 'the state of a log key is cut');
    const events = new RecentEvents();
    for (let at = 2; at < end; at += WIDTH) {
      scratchBytes.set(buffer.subarray(at, at + WIDTH));
      events.#add(scratch);
    }
    return { events, rest: bytes.subarray(end) };
  }

  #has(first: number, second: number): boolean {
    const words = this.#words;
    if (this.#count >= FILTERED) {
      const filter = (this.#filter ??= this.#filled());
      if ((filter[wordOf(first)]! & bitOf(first)) === 0) return false;
    }
    const end = this.#count * WORDS;
    for (let i = 0; i < end; i += WORDS) if (words[i] === first && words[i + 1] === second) return true;
    return false;
  }

  #filled(): Uint32Array {
    const filter = new Uint32Array(FILTER_BITS / BITS_OF_WORD);
    for (let i = 0; i < this.#count * WORDS; i += WORDS) filter[wordOf(this.#words[i]!)]! |= bitOf(this.#words[i]!);
    return filter;
  }

  #add(words: Int32Array): void {
    if (this.#filter !== undefined) this.#filter[wordOf(words[0]!)]! |= bitOf(words[0]!);
    if (this.#count === REMEMBERED) {
      this.#words.set(words, this.#oldest * WORDS);
      this.#oldest = (this.#oldest + 1) % REMEMBERED;
      // Those replaced since the last round have left their bits.
      if (this.#oldest === 0) this.#filter = undefined;
      return;
    }
    if (this.#count * WORDS === this.#words.length) {
      const larger = new Int32Array(this.#words.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words.set(words, this.#count * WORDS);
    this.#count += 1;
  }
}

/** Where in the filter an identity has its bit: its first word is as good as random. */
function wordOf(first: number): number {
  return (first >>> 5) & (FILTER_BITS / BITS_OF_WORD - 1);
}

function bitOf(first: number): number {
  return 1 << (first & (BITS_OF_WORD - 1));
}
