/** Characters that change how what follows is shown or read: controls, directions, joiners without a glyph. */
// eslint-disable-next-line no-control-regex -- controls are what it finds
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** What somebody else wrote, as text: what would not be seen is shown by its number, and directions stay inside. */
export function Untrusted({ text }: { readonly text: string }) {
  return <code dir="ltr">{text.replaceAll(UNSEEN, shown)}</code>;
}

export function shown(character: string): string {
  if (character === '\n') return '⏎';
  if (character === '\t') return '⇥';
  return `\u27e8U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/** The same, where only a plain text can stand (titles, labels). */
export function plain(text: string): string {
  return text.replaceAll(UNSEEN, shown);
}
