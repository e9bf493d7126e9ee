// The peer that a short program would be: bags of six calls as running sums in an open-addressing table, one thread,
// the rate of unseen bags over a frame of 100 calls, a verdict every thousand calls.
import { Buffer } from 'node:buffer';

const SIZE = 6;
const FRAME = 100;
const EVERY = 1_000;
const LOW = new Int32Array(2_048);
const HIGH = new Int32Array(2_048);
for (let i = 0; i < LOW.length; i++) {
  LOW[i] = Math.imul(i + 1, 0x9e3779b1) ^ (Math.imul(i + 7, 0x85ebca77) >>> 13);
  HIGH[i] = Math.imul(i + 3, 0xc2b2ae3d) ^ (Math.imul(i + 5, 0x27d4eb2f) >>> 11);
}

export class PlainDetector {
  #table;
  #mask;
  #calls = 0;
  #unseen = 0;
  #score = 0;
  #most = 0;
  #at = 0;
  #last = new Uint16Array(SIZE - 1);
  #frame = new Uint8Array(FRAME);

  constructor({ table, mask }) {
    this.#table = table;
    this.#mask = mask;
  }

  static learn(batches) {
    const seen = new Map();
    for (const { numbers } of batches) {
      let [low, high] = [0, 0];
      for (let i = 0; i < numbers.length; i++) {
        low = (low + LOW[numbers[i]]) | 0;
        high = (high + HIGH[numbers[i]]) | 0;
        if (i >= SIZE - 1) seen.set(`${low}:${high}`, [low, high]);
        if (i < SIZE - 1) continue;
        low = (low - LOW[numbers[i - SIZE + 1]]) | 0;
        high = (high - HIGH[numbers[i - SIZE + 1]]) | 0;
      }
    }
    let room = 1_024;
    while (room < 2 * seen.size) room *= 2;
    const table = new Int32Array(2 * room);
    for (const [low, high] of seen.values()) {
      let k = (low ^ high) & (room - 1);
      while ((table[2 * k] | table[2 * k + 1]) !== 0) k = (k + 1) & (room - 1);
      table[2 * k] = low;
      table[2 * k + 1] = high;
    }
    return { table, mask: room - 1 };
  }

  /** `value`: two bytes a call, little end first. */
  step(container, value, verdicts) {
    const count = value.length >> 1;
    const calls = new Uint16Array(count + SIZE - 1);
    calls.set(this.#last);
    for (let i = 0, j = SIZE - 1; i < value.length; i += 2, j++) calls[j] = value[i] | (value[i + 1] << 8);
    const [table, mask, frame] = [this.#table, this.#mask, this.#frame];
    let [low, high] = [0, 0];
    for (let j = 0; j < SIZE - 1; j++) {
      low = (low + LOW[calls[j]]) | 0;
      high = (high + HIGH[calls[j]]) | 0;
    }
    for (let i = SIZE - 1; i < calls.length; i++) {
      low = (low + LOW[calls[i]]) | 0;
      high = (high + HIGH[calls[i]]) | 0;
      let unseen = 1;
      for (let k = (low ^ high) & mask; ; k = (k + 1) & mask) {
        const [l, h] = [table[2 * k], table[2 * k + 1]];
        if (l === low && h === high) unseen = 0;
        if (unseen === 0 || (l | h) === 0) break;
      }
      low = (low - LOW[calls[i - SIZE + 1]]) | 0;
      high = (high - HIGH[calls[i - SIZE + 1]]) | 0;
      this.#unseen += unseen;
      this.#score += unseen - frame[this.#at];
      frame[this.#at] = unseen;
      this.#at = (this.#at + 1) % FRAME;
      if (this.#score > this.#most) this.#most = this.#score;
      if (++this.#calls % EVERY === 0) {
        const value = JSON.stringify({ container, calls: this.#calls, unseen: this.#unseen, score: this.#most });
        verdicts.push({ key: container, value });
        this.#most = 0;
      }
    }
    this.#last.set(calls.subarray(calls.length - SIZE + 1));
  }

  encode() {
    const bytes = Buffer.alloc(32 + FRAME);
    bytes.writeDoubleLE(this.#calls, 0);
    bytes.writeDoubleLE(this.#unseen, 8);
    bytes.writeUInt16LE(this.#score, 16);
    bytes.writeUInt16LE(this.#most, 18);
    bytes.writeUInt16LE(this.#at, 20);
    this.#last.forEach((call, i) => bytes.writeUInt16LE(call, 22 + 2 * i));
    bytes.set(this.#frame, 32);
    return bytes;
  }
}
