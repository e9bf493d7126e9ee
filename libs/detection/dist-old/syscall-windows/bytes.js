import { PlimsollError } from '@plimsoll/contracts';
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Writes a state as bytes: its version first, then numbers and texts in the order in which `StateReader` asks for them. */
export class StateWriter {
    #bytes = new Uint8Array(1024);
    #view = new DataView(this.#bytes.buffer);
    #length = 0;
    constructor(version) {
        this.byte(version);
    }
    byte(value) {
        this.#bytes[this.#room(1)] = value;
    }
    /** A whole number from 0 to 2^32 - 1, in one to five bytes. */
    uint(value) {
        let rest = value;
        while (rest > 0x7f) {
            this.byte((rest & 0x7f) | 0x80);
            rest = Math.floor(rest / 128);
        }
        this.byte(rest);
    }
    double(value) {
        this.#view.setFloat64(this.#room(8), value);
    }
    text(value) {
        const bytes = encoder.encode(value);
        this.uint(bytes.length);
        this.#bytes.set(bytes, this.#room(bytes.length));
    }
    finish() {
        return this.#bytes.slice(0, this.#length);
    }
    /** Makes room for `size` bytes and returns where they begin. */
    #room(size) {
        const at = this.#length;
        this.#length += size;
        if (this.#length > this.#bytes.length) {
            const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
            larger.set(this.#bytes);
            this.#bytes = larger;
            this.#view = new DataView(larger.buffer);
        }
        return at;
    }
}
/** Reads what `StateWriter` wrote. Throws `unknown-version` on another version and `bad-message` on a cut state. */
export class StateReader {
    #bytes;
    #view;
    #at = 1;
    constructor(bytes, version, what) {
        if (bytes[0] !== version) {
            throw new PlimsollError('unknown-version', `${what} state of version ${bytes[0] ?? 'none'}; this is ${version}`);
        }
        this.#bytes = bytes;
        this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    byte() {
        return this.#bytes[this.#take(1)];
    }
    uint() {
        let value = 0;
        let factor = 1;
        for (;;) {
            const byte = this.byte();
            value += (byte & 0x7f) * factor;
            if (byte < 0x80)
                return value;
            factor *= 128;
        }
    }
    double() {
        return this.#view.getFloat64(this.#take(8));
    }
    text() {
        const length = this.uint();
        const at = this.#take(length);
        return decoder.decode(this.#bytes.subarray(at, at + length));
    }
    #take(size) {
        const at = this.#at;
        this.#at += size;
        if (this.#at > this.#bytes.length)
            throw new PlimsollError('bad-message', 'a state that ends too early');
        return at;
    }
}
//# sourceMappingURL=bytes.js.map