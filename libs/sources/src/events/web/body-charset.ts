/** Bytes of a body that are read in another character set. */
const MAX_BYTES = 65_536;
const FORM = /x-www-form-urlencoded/i;
/** The numbers and names of EBCDIC's pages. */
const EBCDIC =
  /^(?:x-|cs)?(?:ibm|cp)-?0{0,2}(?:37|10(?:26|47)|114\d|2(?:7[378]|8[045]|9[07])|42[04]|500|8(?:38|7[015]|80)|9(?:05|18|24))$|^ebcdic-/;
/** What stands at the bytes 0x40 to 0xff of EBCDIC's code page 37; signs beyond ASCII, in which its other pages differ, as `?`. */
const FROM_0X40 =
  ' ??????????.<(+|&?????????!$*);?-/?????????,%_>??????????`:#@\'="?abcdefghi???????jklmnopqr???????~stuvwxyz??????^?????????[]????{ABCDEFGHI??????}JKLMNOPQR??????\\?STUVWXYZ??????0123456789??????';

/**
 * The readings of a body in the character set that its type names, as UTF-8, where that is one in which ASCII does not
 * stand for itself: UTF-7, UTF-16 and EBCDIC, which Tomcat, Django and ASP.NET read and no browser sends. A form is read
 * as a whole, and pair by pair as servers do that undo percent signs first. At most 64 KiB of it.
 */
export function inOwnCharset(body: Uint8Array, contentType: string): Uint8Array[] {
  const named = /charset\s*=\s*["']?([\w.:-]{1,64})/i.exec(contentType)?.[1]?.toLowerCase();
  const decode = named === undefined ? undefined : decoderOf(named);
  if (decode === undefined || body.byteLength === 0) return [];
  const bytes = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, MAX_BYTES));
  const whole = Buffer.from(decode(bytes), 'utf8');
  if (!FORM.test(contentType)) return [whole];
  const pairs = bytes.toString('latin1').split('&');
  return [whole, Buffer.from(pairs.map((pair) => inPair(pair, decode)).join('&'), 'latin1')];
}

type Decode = (bytes: Buffer) => string;

function decoderOf(charset: string): Decode | undefined {
  if (/^utf-?7$|^unicode-1-1-utf-7$/.test(charset)) return utf7;
  if (/^(?:utf-?16be|unicodefffe)$/.test(charset)) return (bytes) => utf16le(swapped(bytes));
  if (/^(?:utf-?16(?:le)?|ucs-?2|unicode|iso-10646-ucs-2)$/.test(charset))
    return (bytes) => utf16le(bytes[0] === 0xfe || bytes[0] === 0 ? swapped(bytes) : bytes);
  return EBCDIC.test(charset) ? ebcdic : undefined;
}

/** Name and value as they stand for each other in the set, written as a form in UTF-8. */
function inPair(pair: string, decode: Decode): string {
  const equals = pair.indexOf('=');
  const sides = equals < 0 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)];
  return sides.map((side) => encodeURIComponent(decode(percentUndone(side)).replace(/\p{Surrogate}/gu, ''))).join('=');
}

function percentUndone(text: string): Buffer {
  const undone = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(undone, 'latin1');
}

function utf7(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/\+([A-Za-z0-9+/]*)-?/g, (_, code: string) =>
      code === '' ? '+' : utf16le(swapped(Buffer.from(code, 'base64'))),
    );
}

function utf16le(bytes: Buffer): string {
  return bytes.toString('utf16le').replace(/^\ufeff/, '');
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}

function ebcdic(bytes: Buffer): string {
  return Array.from(bytes, (code) => (code < 64 ? String.fromCharCode(code) : FROM_0X40[code - 64]!)).join('');
}
