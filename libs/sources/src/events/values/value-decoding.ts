/** A value with the encodings undone that somebody put around it beyond the one its place asks for. */
export interface DecodedValue {
  readonly text: string;
  /** How many further encodings were undone. */
  readonly extraDecodings: number;
  /**
   * `text` came out of HTML entities as people and editors write them, for signs alone: a page shows it as text, and does
   * not run it. Who writes letters so hides them.
   */
  readonly fromEntities: boolean;
}

const MAX_ROUNDS = 4;
/** Longer values are decoded up to here; what lies beyond stays as it is. */
const MAX_DECODED = 65_536;
const PERCENT = /%[0-9a-fA-F]{2}/;
const UNICODE_PERCENT = /%u[0-9a-fA-F]{4}/;
const BACKSLASH = /\\(?:u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2})/;
const ENTITY =
  /&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|lt|gt|quot|apos|amp|colon|lpar|rpar|tab|newline|sol|equals|grave|lsqb|rsqb|lcub|rcub|semi|comma|period|num);?/i;
const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  colon: ':',
  lpar: '(',
  rpar: ')',
  tab: '\t',
  newline: '\n',
  sol: '/',
  equals: '=',
  grave: '`',
  lsqb: '[',
  rsqb: ']',
  lcub: '{',
  rcub: '}',
  semi: ';',
  comma: ',',
  period: '.',
  num: '#',
};

/** `a+b%20c` as the text that it stands for: form encoding where `plus`, bytes read as UTF-8, or latin1 where they are none. */
export function percentDecoded(text: string, plus: boolean): string {
  const spaced = plus ? text.replaceAll('+', ' ') : text;
  if (!PERCENT.test(spaced)) return utf8OrLatin1(spaced);
  const bytes = Buffer.from(
    spaced.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
  return utf8OrLatin1(bytes.toString('latin1'));
}

/** Text of one character a byte as UTF-8 where it is that. Characters beyond a byte are left alone. */
export function utf8OrLatin1(binary: string): string {
  if (!/[\x80-\xff]/.test(binary) || /[\u0100-\uffff]/.test(binary)) return binary;
  const decoded = Buffer.from(binary, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? binary : decoded;
}

/**
 * Undoes percent, `%u`, backslash and HTML encodings, one after another, until nothing changes or four rounds are done.
 * Fullwidth and other compatible forms become the signs that databases and browsers may take them for.
 */
export function undoEncodings(value: string): DecodedValue {
  let text = value.slice(0, MAX_DECODED);
  let rounds = 0;
  let fromEntities = false;
  while (rounds < MAX_ROUNDS) {
    const next = undoOne(text);
    if (next === undefined) break;
    if (next.entities) fromEntities = !hides(text);
    text = next.text;
    rounds++;
  }
  const plain = /[\uff01-\uff5e]/.test(text) ? fullwidthPlain(text) : text;
  return { text: rounds > 0 ? withoutOverlong(plain) : plain, extraDecodings: rounds, fromEntities };
}

function undoOne(text: string): { text: string; entities: boolean } | undefined {
  if (PERCENT.test(text)) {
    // What was form-encoded once more holds no blanks: its plus signs are.
    const decoded = percentDecoded(text, !/\s/.test(text));
    // `100%25 sure`: one sign on its own is no encoding that hides something, but undoing it does no harm.
    if (decoded !== text) return { text: decoded, entities: false };
  }
  if (UNICODE_PERCENT.test(text)) {
    return { text: text.replace(/%u([0-9a-fA-F]{4})/g, (_, hex: string) => codePoint(hex)), entities: false };
  }
  if (BACKSLASH.test(text)) {
    return {
      text: text.replace(
        /\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))/g,
        (_, four?: string, braced?: string, two?: string) => codePoint(four ?? braced ?? two ?? ''),
      ),
      entities: false,
    };
  }
  if (ENTITY.test(text)) {
    const decoded = text.replace(
      /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|quot|apos|amp|colon|lpar|rpar|tab|newline|sol|equals|grave|lsqb|rsqb|lcub|rcub|semi|comma|period|num));?/gi,
      (_, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return Object.hasOwn(NAMED, name.toLowerCase()) ? NAMED[name.toLowerCase()]! : '';
        return codePoint(decimal === undefined ? (hex ?? '') : Number(decimal).toString(16));
      },
    );
    if (decoded !== text) return { text: decoded, entities: true };
  }
  return undefined;
}

/** `&#x73;`, `&colon;`: what no editor needs to write as an entity. */
function hides(text: string): boolean {
  if (/&(?:colon|lpar|rpar|tab|newline|sol|equals|grave|lsqb|rsqb|lcub|rcub|semi|comma|period|num);/i.test(text))
    return true;
  for (const [, decimal, hex = ''] of text.slice(0, 4096).matchAll(/&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));?/g)) {
    const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
    if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return true;
  }
  return false;
}

function codePoint(hex: string): string {
  const code = parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

const MIN_BASE64 = 16;
const MAX_BASE64 = 16_384;

/** The text that a value is the base64 of, blanks within it left out as decoders do; undefined where it is none, or of bytes. */
export function base64Text(value: string): string | undefined {
  const text = value.length > MAX_BASE64 ? '' : value.replace(/\s+/g, '');
  if (text.length < MIN_BASE64 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < (MIN_BASE64 * 3) / 4 - 3) return undefined;
  for (const byte of bytes)
    if (byte >= 127 || (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)) return undefined;
  return bytes.toString('latin1');
}

/** Signs of ASCII in two or three bytes, which no encoder writes and lax decoders read: `%c0%a7` for an apostrophe. */
const OVERLONG = /(?:\xe0([\x80\x81])|([\xc0\xc1]))([\x80-\xbf])/g;

export function hasOverlong(text: string): boolean {
  return text.search(OVERLONG) !== -1;
}

export function withoutOverlong(text: string): string {
  return text.replace(OVERLONG, (_, third: string | undefined, second: string | undefined, last: string) =>
    String.fromCharCode((((third ?? second)!.charCodeAt(0) & 3) << 6) | (last.charCodeAt(0) & 63)),
  );
}

/** `＜` as `<`. The typographic apostrophes that people type are left as spelling: they end no literal. */
function fullwidthPlain(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
}
