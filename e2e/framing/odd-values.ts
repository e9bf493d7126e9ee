/** A seeded choice: the same seed, the same requests. */
export class Dice {
  constructor(private state: number) {}

  /** From 0 to below `end` (mulberry32, T. Ettinger 2017). */
  below(end: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  /** Once in `of` times. */
  once(of: number): boolean {
    return this.below(of) === 0;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}

export interface Field {
  readonly name: string;
  readonly value: string;
}

const NAMES = ['id', 'q', 'role', 'user[name]', 'user[role]', 'list[]', 'a.b', 'x-y', 'Name', 'na me', 'deep[a][b][]'];
const VALUES = [
  "1' OR '1'='1",
  '<script>alert(1)</script>',
  'admin',
  '../../etc/passwd',
  'a+b c',
  'x=y;z',
  '100%',
  'é ü',
  '{"$ne":1}',
  '; cat /etc/hosts',
  '"quoted"',
  'line one\r\nline two',
  '--b',
  '',
  ' padded ',
];

/** Some fields with odd names and values; now and then names that repeat, or more of them than an event holds. */
export function oddFields(dice: Dice): Field[] {
  const crowd = dice.once(20) ? 64 + dice.below(60) : 0;
  const fields = Array.from({ length: crowd }, (_, at) => ({ name: `p${at}`, value: String(at) }));
  const count = 1 + dice.below(4);
  for (let at = 0; at < count; at++) fields.push({ name: dice.of(NAMES), value: dice.of(VALUES) });
  if (dice.once(12)) fields.push({ name: 'pad', value: 'x'.repeat(1_500 + dice.below(4_000)) });
  if (dice.once(12)) fields.unshift({ name: 'pad', value: 'x'.repeat(1_500 + dice.below(4_000)) });
  return fields;
}

/** `a=1&b=2`, each character as a client may write it. */
export function formText(dice: Dice, fields: readonly Field[]): string {
  const pairs = fields.map(({ name, value }) => `${coded(dice, name)}=${coded(dice, value)}`);
  let text = pairs.join(dice.once(15) ? ';' : '&');
  if (dice.once(15))
    text += `&${dice.of(['', '&&', 'flag', '=novalue', 'u=%u0027%u003c', 'bad=%', 'bad=%4', 'd=%2527'])}`;
  return text;
}

function coded(dice: Dice, text: string): string {
  const style = dice.below(4);
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const sign = String.fromCharCode(byte);
    const hex = byte.toString(16).padStart(2, '0');
    if (style === 1) out += `%${dice.once(2) ? hex : hex.toUpperCase()}`;
    else if (/[\w.-]/.test(sign) || (style === 2 && /[[\]'"();:,@/$<>*!{}]/.test(sign))) out += sign;
    else if (byte === 32 && style !== 3) out += '+';
    else out += `%${hex}`;
  }
  return out;
}

/** The fields as JSON: escapes, repeated keys, nesting, blanks. */
export function jsonText(dice: Dice, fields: readonly Field[]): string {
  const word = (text: string): string => {
    const plain = JSON.stringify(text);
    if (!dice.once(3)) return plain;
    const escaped = text.replace(/[^]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return `"${escaped}"`;
  };
  const blank = dice.once(4) ? '\n\t ' : '';
  const members = fields.map(({ name, value }) => {
    const shown = dice.of([word(value), word(value), `[${word(value)},1e3,true,null]`, `{"in":${word(value)}}`]);
    return `${word(name)}${blank}:${blank}${shown}`;
  });
  return `${blank}{${members.join(`,${blank}`)}}${blank}`;
}

/** The fields as a multipart body, with its content type; latin1, a character a byte. */
export function multipartText(dice: Dice, fields: readonly Field[]): { body: string; type: string } {
  const boundary = dice.of(['b', '----WebKitFormBoundaryAbC', "x'y", 'a_b-c.d', '=_q']);
  const end = dice.once(6) ? '\n' : '\r\n';
  let body = dice.once(10) ? `preamble${end}` : '';
  for (const { name, value } of fields) {
    const shown = Buffer.from(name, 'utf8').toString('latin1');
    const attribute = dice.of([`"${shown}"`, `"${shown}"`, `"${shown}"`, shown.replaceAll(' ', ''), `'${shown}'`]);
    const field = dice.of(['name', 'name', 'Name', 'NAME']) + dice.of(['=', '=', '=', ' = ']) + attribute;
    const file = dice.once(8) ? '; filename="f.txt"' : '';
    const fold = dice.once(10) ? `;${end} ` : '; ';
    body += `--${boundary}${dice.once(12) ? '  ' : ''}${end}`;
    if (dice.once(8)) body += `Content-Type: text/plain; charset=utf-8${end}`;
    body += `${dice.of(['Content-Disposition', 'content-disposition', 'CONTENT-DISPOSITION'])}: form-data${fold}${field}${file}${end}`;
    if (dice.once(12)) body += `X-Note: one${end} two${end}`;
    body += `${end}${Buffer.from(value, 'utf8').toString('latin1')}${end}`;
  }
  if (!dice.once(12)) body += `--${boundary}--${end}`;
  if (dice.once(12)) body += 'epilogue';
  const named = dice.of([boundary, boundary, `"${boundary}"`]);
  const charset = dice.once(10) ? '; charset=utf-8' : '';
  return { body, type: `${dice.of(['multipart/form-data', 'Multipart/Form-Data'])}${charset}; boundary=${named}` };
}
