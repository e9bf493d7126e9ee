/**
 * Control characters, escape sequences' beginnings, what turns the direction of text, and halves of characters: what
 * alters how the text around it is shown. In a terminal, a report, a table they stand as `\u{…}`.
 */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const ACTIVE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text that somebody else wrote, as it is safe to show: nothing in it moves a cursor, colours, or turns what follows. */
export function printable(text: string): string {
  return text.replace(ACTIVE, (sign) => `\\u{${sign.charCodeAt(0).toString(16)}}`);
}
