/**
 * Control characters, escape sequences' beginnings, what turns the direction of text, and halves of characters: what
 * alters how the text around it is shown. In a terminal, a report, a table they stand as `\u{…}`.
 */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text that somebody else wrote, as it is safe to show: nothing in it moves a cursor, colours, or turns what follows. */
export function printable(text: string): string {
  return text.replace(ACTIVE, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}
