/** Characters that change how what follows is shown or read: controls, directions, joiners without a glyph. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What somebody else wrote, as text: what would not be seen is shown by its number, and directions stay inside. */
export function Untrusted({ text }: { readonly text: string }) {
  return <code dir="ltr">{text.replaceAll(UNSEEN, shown)}</code>;
}

function shown(character: string): string {
  if (character === '\n') return '⏎';
  if (character === '\t') return '⇥';
  return `\u27e8U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/** The same, where only a plain text can stand (titles, labels). */
export function plain(text: string): string {
  return text.replaceAll(UNSEEN, shown);
}
