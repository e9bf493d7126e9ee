/** Writes a state as bytes: its version first, then numbers and texts in the order in which `StateReader` asks for them. */
export declare class StateWriter {
    #private;
    constructor(version: number);
    byte(value: number): void;
    /** A whole number from 0 to 2^32 - 1, in one to five bytes. */
    uint(value: number): void;
    double(value: number): void;
    text(value: string): void;
    finish(): Uint8Array;
}
/** Reads what `StateWriter` wrote. Throws `unknown-version` on another version and `bad-message` on a cut state. */
export declare class StateReader {
    #private;
    constructor(bytes: Uint8Array, version: number, what: string);
    byte(): number;
    uint(): number;
    double(): number;
    text(): string;
}
//# sourceMappingURL=bytes.d.ts.map