import { indexWithin, isDigit, matches, skipSpaces } from '../bytes/byte-search.js';
import { DecodedStrings } from './escapes.js';

const QUOTE = 34;
const COMMA = 44;
const LESS = 60;
const GREATER = 62;
const UPPER_M = 77;
/** Largest part of one call's data that is decoded. */
const MAX_PAYLOAD_BYTES = 1_048_576;
const EMPTY = new Uint8Array(0);
const SOCKET_NAMES = ['socket:', 'TCP', 'UDP', 'UNIX', 'SCTP', 'NETLINK', 'RAW', 'PACKET', 'VSOCK'];

/** The descriptor that begins the arguments in `bytes[start, end)` (`11` or, with `-y`, `11<socket:[7]>`), or -1. */
export function readDescriptor(bytes: Buffer, start: number, end: number): number {
  let at = skipSpaces(bytes, start, end);
  const first = at;
  let fd = 0;
  while (at < end && at - first < 10 && isDigit(bytes[at]!)) fd = fd * 10 + bytes[at++]! - 48;
  return at === first || fd > 2_147_483_647 ? -1 : fd;
}

/** What `-y` and `-yy` say of the descriptor that begins the arguments (`7<socket:[9]>`, `7<TCP:[…]>`); undefined without. */
export function annotatedSocket(bytes: Buffer, start: number, end: number): boolean | undefined {
  let at = skipSpaces(bytes, start, end);
  while (at < end && isDigit(bytes[at]!)) at++;
  if (bytes[at] !== LESS || at >= end) return undefined;
  return SOCKET_NAMES.some((name) => matches(bytes, at + 1, end, name));
}

/** The two descriptors that end the arguments of pipe and socketpair: `[3, 4]`. */
export function lastPair(bytes: Buffer, start: number, end: number): number[] {
  const text = bytes.toString('latin1', start, Math.min(end, start + 512));
  const pair = /\[(\d{1,9})(?:<[^\]]*>)?, (\d{1,9})(?:<[^\]]*>)?\](?:, [A-Z_|0-9]+)?$/.exec(text);
  return pair ? [Number(pair[1]), Number(pair[2])] : [];
}

const decoded = new DecodedStrings();

/**
 * The data in the arguments: every quoted string that is the call's buffer (the second argument, or each `iov_base`),
 * decoded and put together, cut at `lengthBytes`. Lent until the next call.
 */
export function readPayload(bytes: Buffer, start: number, end: number, lengthBytes: number): Uint8Array {
  const limit = Math.min(lengthBytes, MAX_PAYLOAD_BYTES);
  let at = afterDescriptor(bytes, start, end);
  decoded.begin(start);
  if (at >= end) return EMPTY;
  if (bytes[at] === QUOTE) {
    decoded.add(bytes, at + 1, end, limit);
    return decoded.view();
  }
  while (decoded.length < limit) {
    at = indexWithin(bytes, 'iov_base=', at, end);
    if (at < 0 || at + 9 >= end) break;
    at += 9;
    if (bytes[at] !== QUOTE) break;
    decoded.add(bytes, at + 1, end, limit - decoded.length);
    const { close } = decoded;
    // A string that `-s` cut leaves a hole: what follows it would stand at the wrong place.
    if (bytes[close + 1] === 46 && close + 1 < end) break;
    at = close + 1;
  }
  return decoded.view();
}

/**
 * Whether the call only looked at the data, which will be read again: flags behind the data that `readPayload` has read
 * of the same arguments just now. What stands within the data is the sender's and says nothing.
 */
export function peeks(bytes: Buffer, end: number): boolean {
  for (let at = decoded.close; at < end; at++) {
    if (bytes[at] !== UPPER_M) continue;
    if (matches(bytes, at, end, 'MSG_PEEK') || matches(bytes, at, end, 'MSG_ERRQUEUE')) return true;
  }
  return false;
}

/** Reads beyond the first argument. */
export function callText(bytes: Buffer, start: number, end: number): CallText {
  return new CallText(bytes, start, end);
}

class CallText {
  constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {}

  firstNumber(): number {
    return this.numberAfter(0);
  }

  secondNumber(): number {
    return this.numberAfter(1);
  }

  thirdNumber(): number {
    return this.numberAfter(2);
  }

  private numberAfter(commas: number): number {
    let at = this.start;
    for (let i = 0; i < commas; i++) {
      while (at < this.end && this.bytes[at] !== COMMA) at++;
      at++;
    }
    return at >= this.end ? -1 : readDescriptor(this.bytes, at, this.end);
  }
}

/** Behind `11, ` or `11<socket:[7]>, `. */
function afterDescriptor(bytes: Buffer, start: number, end: number): number {
  let at = skipSpaces(bytes, start, end);
  while (at < end && isDigit(bytes[at]!)) at++;
  if (bytes[at] === LESS) {
    while (at < end - 1 && !(bytes[at] === GREATER && bytes[at + 1] === COMMA)) at++;
    at++;
  }
  return bytes[at] === COMMA ? skipSpaces(bytes, at + 1, end) : end;
}
